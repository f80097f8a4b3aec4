package io.flywheel.core.node;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Where requests wait until they are begun. What a node has begun goes before: it looks here when
 * everything else that has come is done, so that answers, copies and stores of begun requests never
 * queue behind new ones, and whoever gets through this line is served without waiting again.
 *
 * <p>A line that empties now and then is a burst, and everybody in it may wait for a good part of
 * the time that he has. One that has not been empty for a while means that more comes than the node
 * can do. Then whoever has waited for a small part of his time is told so at once, and can ask
 * another node: the line stays that short, and all that is begun is done in time (Nichols and
 * Jacobson, 'Controlling Queue Delay', 2012; for requests, Maurer, 'Fail at Scale', 2015). How
 * small it is depends on how many are refused, see {@link Patience}. Work on what nobody waits for
 * any more is how an overload outlasts its cause (Huang et al., 'Metastable Failures in the Wild',
 * 2022).
 *
 * <p>What is begun has to fit into memory with what it reads, see {@link ReadingRoom}, and is no
 * more than the node can do, see {@link WorkLimit}.
 *
 * <p>What waits has a bound in number and in bytes, whoever brought it: what other nodes forward is
 * not counted among this node's own clients' requests, and would else fill its memory while it is
 * paused, or slow.
 */
final class WaitingLine {
  private static final long STANDING_MILLIS = 100;

  /** Who has asked so lately is likely to ask again. */
  static final long IN_USE_MILLIS = 1_000;

  /** The part of a request's time that it may wait in a burst: what is left is for doing it. */
  private static final int BURST_PART = 3;

  /** The most requests that wait. */
  static final int MOST_REQUESTS = 16_384;

  /** The most bytes of values that they may hold. */
  static final long MOST_BYTES = 64L << 20;

  /** What begins a request. */
  @FunctionalInterface
  interface Beginning {
    void begin(Begun request);
  }

  /** A request that was begun, and is to be told its outcome. It takes a place until then. */
  final class Begun implements Consumer<Outcome> {
    private final Consumer<Outcome> answer;
    private final long sinceMillis = schedule.monotonicMillis();
    private boolean placed = true;

    private Begun(Consumer<Outcome> answer) {
      this.answer = answer;
      underWay++;
    }

    /**
     * Another node works on it now, and all that is left here is to pass its answer on. If it kept
     * its place, two nodes that hand on to each other would fill each other's, and wait.
     */
    void handedOn() {
      underWay -= placed ? 1 : 0;
      placed = false;
    }

    @Override
    public void accept(Outcome outcome) {
      if (placed) {
        long now = schedule.monotonicMillis();
        work.took(now, now - sinceMillis, underWay, stands());
      }
      handedOn();
      answer.accept(outcome);
    }
  }

  private record Waiting(
      long sinceMillis,
      long timeoutMillis,
      long bytes,
      Beginning beginning,
      Consumer<Outcome> answer) {}

  private final Schedule schedule;
  private final ArrayDeque<Waiting> line = new ArrayDeque<>();
  private final ReadingRoom room = new ReadingRoom();
  private final WorkLimit work = new WorkLimit();
  private final Patience patience = new Patience();
  private int underWay;
  private long emptyMillis;
  private long addedMillis;
  private long bytes;

  WaitingLine(Schedule schedule) {
    this.schedule = schedule;
    emptyMillis = schedule.monotonicMillis();
    addedMillis = emptyMillis - IN_USE_MILLIS;
  }

  /**
   * {@code answer} is told where it is not begun.
   *
   * @param valueBytes what it holds in memory while it waits
   */
  void add(long timeoutMillis, long valueBytes, Beginning beginning, Consumer<Outcome> answer) {
    if (line.size() >= MOST_REQUESTS || bytes > MOST_BYTES) {
      answer.accept(new NotDone(Obstacle.OVERLOADED, "too many requests wait"));
      return;
    }
    if (line.isEmpty()) {
      emptyMillis = schedule.monotonicMillis();
    }
    addedMillis = schedule.monotonicMillis();
    bytes += valueBytes;
    line.add(new Waiting(schedule.monotonicMillis(), timeoutMillis, valueBytes, beginning, answer));
  }

  /** Whether there is one to begin, and room for what it may read. */
  boolean mayBegin() {
    return !line.isEmpty() && room.hasRoomBeside(underWay) && work.hasRoomBeside(underWay);
  }

  /** Whether anybody has asked for something lately. */
  boolean isInUse() {
    return schedule.monotonicMillis() - addedMillis < IN_USE_MILLIS;
  }

  /** A record of this size was read. */
  void read(long recordBytes) {
    room.read(recordBytes);
  }

  /** Whether more comes than is done. */
  boolean stands() {
    long now = schedule.monotonicMillis();
    return patience.isShort(now) || (!line.isEmpty() && now - emptyMillis > STANDING_MILLIS);
  }

  /** Begins the first request, if any is left that has the time. */
  void beginNext() {
    refuseLate();
    var next = line.poll();
    if (next != null) {
      patience.begun();
      bytes -= next.bytes;
      next.beginning.begin(new Begun(next.answer));
    }
  }

  /** Tells those at the head who have waited for too long. */
  void refuseLate() {
    long now = schedule.monotonicMillis();
    int part = stands() ? patience.part(now) : BURST_PART;
    for (var next = line.peek(); next != null; next = line.peek()) {
      long waited = now - next.sinceMillis;
      if (waited <= next.timeoutMillis / part) {
        return;
      }
      line.remove();
      patience.refused();
      bytes -= next.bytes;
      next.answer.accept(
          new NotDone(
              Obstacle.OVERLOADED,
              "more comes in than this node can do; this has waited for " + waited + " ms"));
    }
  }
}
