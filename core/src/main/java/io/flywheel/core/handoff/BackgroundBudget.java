package io.flywheel.core.handoff;

import io.flywheel.core.effect.Schedule;

/**
 * Admits all work that nobody waits for: paying debts, sweeping, comparing with others, reaping,
 * transfers. It uses what clients leave, as LEDBAT does on a network (RFC 6817): the only signal is
 * how long requests wait here, for the processor and for the disk. While they wait, the
 * <em>pace</em> halves with every step; while they do not, it grows by a quarter, so that after a
 * moment without anybody there is no more of it than before. Where nobody waits for long, and yet
 * for longer than usual, it halves as well, but only so far: a machine that is busy for days still
 * gets on.
 *
 * <p>Each kind of work has a share, a rate of its own that is multiplied by the common pace. The
 * pace never comes to nothing: a debt that is never paid keeps its era open for everybody, and a
 * cluster that is always busy would never become equal. A share waits a while at most before it
 * looks again, so what it spent on credit at a slow pace does not hold it up at a fast one.
 */
public final class BackgroundBudget {
  /** How those fare who do wait for something. */
  public interface Signal {
    /** Whether requests wait, for the disk or in line, for longer than they should. */
    boolean requestsLag();

    /** Whether they are served, and yet later than they usually are on this machine. */
    boolean isSlowerThanUsual();

    /** Whether there are any at all. */
    boolean isServing();
  }

  /** Requests that wait for longer find too much work here. */
  private static final long TARGET_DELAY_MILLIS = 25;

  /** As slow as it becomes for the sake of requests that are served, only later than usual. */
  private static final double GENTLE = 1.0 / 16;

  private static final double SLOWEST = 1.0 / 8192;
  private static final double GROWTH = 1.25;
  private static final long STEP_MILLIS = 50;
  private static final long MAX_STEPS = 64;
  private static final long LOOK_AGAIN_MILLIS = 500;

  private final Schedule schedule;
  private final Signal signal;
  private double pace = 1;
  private long steppedMillis;

  /** One for all that a node does in the background. */
  public BackgroundBudget(Schedule schedule, Signal signal) {
    this.schedule = schedule;
    this.signal = signal;
    steppedMillis = schedule.monotonicMillis();
  }

  /** The part of its rate that each kind of work may use now: above 0, and at most 1. */
  public double pace() {
    long steps = (schedule.monotonicMillis() - steppedMillis) / STEP_MILLIS;
    if (steps > 0) {
      steppedMillis += steps * STEP_MILLIS;
      int counted = (int) Math.min(steps, MAX_STEPS);
      double slower = Math.scalb(pace, -counted);
      if (requestsWait()) {
        pace = Math.max(SLOWEST, slower);
      } else if (signal.isSlowerThanUsual() && pace > GENTLE) {
        pace = Math.max(GENTLE, slower);
      } else {
        pace = Math.min(1, pace * StrictMath.pow(GROWTH, counted));
      }
    }
    return pace;
  }

  /** Whether others, too, had better ask nothing of this node that can wait. */
  public boolean yields() {
    return pace() < GENTLE;
  }

  /** Whether anybody is served beside it, who feels whatever is done here. */
  boolean isServing() {
    return signal.isServing();
  }

  private boolean requestsWait() {
    return schedule.queueingDelayMillis() > TARGET_DELAY_MILLIS || signal.requestsLag();
  }

  /** For one kind of work, so much a second where nothing else is to be done. */
  public Share share(long perSecond) {
    return new Share(perSecond);
  }

  /** What one kind of work may spend. */
  public final class Share {
    private final long perSecond;
    private final TokenBucket tokens;

    private Share(long perSecond) {
      this.perSecond = perSecond;
      tokens = new TokenBucket(perSecond, schedule.monotonicMillis());
    }

    /** Pays for what is done, or was. */
    public void spend(long amount) {
      refill();
      tokens.spend(amount, schedule.monotonicMillis());
    }

    /** How long to wait before looking again, in milliseconds; 0 for not at all. */
    public long millisUntilAny() {
      refill();
      return Math.min(LOOK_AGAIN_MILLIS, tokens.millisUntilAny(schedule.monotonicMillis()));
    }

    /** How many pieces of such a size may be begun now: at least one, if any. */
    public int pieces(long amount) {
      refill();
      double left = tokens.left(schedule.monotonicMillis());
      return left <= 0 ? 0 : (int) Math.ceil(left / amount);
    }

    private void refill() {
      tokens.refillAt(perSecond * pace(), schedule.monotonicMillis());
    }
  }
}
