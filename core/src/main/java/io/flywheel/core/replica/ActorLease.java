package io.flywheel.core.replica;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.model.Timestamp;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.HybridClock;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The right to mint dots. It is held under an incarnation that is durable and new since this start,
 * and up to a stamp that is durable: what was leased before a stop is never issued after it.
 *
 * <p>An actor's entry in a vector says that all its dots up to a stamp were seen. A node that lost
 * a record could therefore erase its own acknowledged writes by going on with the same actor
 * (riak_kv#679). So an actor goes on only in the life that began it and only on a record that
 * covers all of it; where there is any proof of loss the incarnation is retired for all keys.
 */
public final class ActorLease {
  /** How far ahead of the clock the durable bound is set, in milliseconds. */
  static final long LEASE_MILLIS = 5_000;

  private final Journal journal;
  private final Schedule schedule;
  private final SplittableRandom random;
  private final HybridClock clock;
  private final Runnable whenReady;

  /** What is durable or on its way there; tells what the next renewal continues from. */
  private Identity written;

  private long incarnation;
  private long bound;
  private int renewals;
  private boolean usable;
  private boolean mintedSinceRenewal;

  /**
   * Begins a new incarnation.
   *
   * @param whenReady runs each time that a mint which was refused may be tried again
   */
  public ActorLease(
      Identity before,
      Journal journal,
      Schedule schedule,
      SplittableRandom random,
      Runnable whenReady) {
    this.journal = journal;
    this.schedule = schedule;
    this.random = random;
    this.clock = new HybridClock(before.leasedStamp());
    this.written = before;
    this.whenReady = whenReady;
    renew(random.nextLong());
  }

  public Identity identity() {
    return written;
  }

  /** The incarnation that mints now, or will as soon as it is durable. */
  public long incarnation() {
    return written.incarnation();
  }

  /** Whether {@code other} names a dot of this life that {@code own}, all there is here, lacks. */
  public boolean provesLoss(Context other, Context own) {
    for (Dot dot : other.vector().newestDots()) {
      if (dot.actor().incarnation() == incarnation && !own.covers(dot)) {
        return true;
      }
    }
    for (Dot dot : other.dots()) {
      if (dot.actor().incarnation() == incarnation && !own.covers(dot)) {
        return true;
      }
    }
    return false;
  }

  /** Never mints under the present incarnation again; mints again when a new one is durable. */
  public void retire() {
    if (usable) {
      usable = false;
      renew(random.nextLong());
    }
  }

  /**
   * Keeps the durable bound ahead while the node mints, and takes one back that a wrong clock set
   * far ahead; to be called about once a second.
   */
  public void extendIfNear() {
    long soon = Timestamp.ofMillis(schedule.wallMillis() + LEASE_MILLIS / 2);
    boolean near = mintedSinceRenewal && soon > written.leasedStamp();
    boolean farAhead = written.leasedStamp() > time() + Timestamp.ofMillis(2 * LEASE_MILLIS);
    if (usable && (near || farAhead)) {
      renew(incarnation);
    }
  }

  /**
   * A dot above everything in {@code seen}, for a key whose whole state here is {@code own}; null
   * while the lease does not allow it, and then {@code whenReady} will run.
   */
  public @Nullable Dot mint(Context own, Context seen) {
    long newest = Math.max(own.newestStamp(), seen.newestStamp());
    if (!usable || newest >= Timestamp.MAX) {
      return null;
    }
    if (clock.peek(schedule.wallMillis()) > bound) {
      if (written.leasedStamp() <= bound) {
        renew(incarnation);
      }
      return null;
    }
    mintedSinceRenewal = true;
    long time = clock.next(schedule.wallMillis());
    var actor = own.vector().youngest(incarnation);
    return new Dot(
        actor == null ? new Actor(incarnation, time) : actor, Math.max(time, newest + 1));
  }

  /** What the clock would give, leaving out a wall clock that cannot be right. */
  private long time() {
    long wall = schedule.wallMillis();
    return clock.peek(HybridClock.isPlausible(wall) ? wall : 0);
  }

  private void renew(long bits) {
    long nextIncarnation = Actor.incarnation(written.id(), bits);
    long nextBound = time() + Timestamp.ofMillis(LEASE_MILLIS);
    bound = Math.min(bound, nextBound);
    written = new Identity(written.id(), written.startId(), nextIncarnation, nextBound);
    var identity = new Mutation(Table.METADATA, StorageKey.IDENTITY, written.encode());
    mintedSinceRenewal = false;
    int renewal = ++renewals;
    journal
        .storeForCertain(List.of(identity))
        .whenDurable(() -> durable(renewal, nextIncarnation, nextBound));
  }

  private void durable(int renewal, long durableIncarnation, long durableBound) {
    bound = durableBound;
    if (renewal == renewals) {
      incarnation = durableIncarnation;
      usable = true;
      whenReady.run();
    }
  }
}
