package io.flywheel.core.replica;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Timestamp;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.HybridClock;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
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
  private final int partitions;
  private final TreeMap<Integer, Long> forgotten = new TreeMap<>();
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
   * @param partitions of the ring
   * @param whenReady runs each time that a mint which was refused may be tried again
   */
  public ActorLease(
      Identity before,
      Journal journal,
      Schedule schedule,
      SplittableRandom random,
      int partitions,
      Runnable whenReady) {
    this.journal = journal;
    this.schedule = schedule;
    this.random = random;
    this.partitions = partitions;
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

  /**
   * Whether {@code other} names a dot of this life that {@code own}, all there is here, lacks, and
   * that this node has not forgotten on purpose.
   */
  public boolean provesLoss(Key key, Context other, Context own) {
    long forgotten = forgotten(key);
    for (Dot dot : other.vector().newestDots()) {
      if (isLacking(dot, own, forgotten)) {
        return true;
      }
    }
    for (Dot dot : other.dots()) {
      if (isLacking(dot, own, forgotten)) {
        return true;
      }
    }
    return false;
  }

  private boolean isLacking(Dot dot, Context own, long forgotten) {
    var actor = dot.actor();
    return actor.incarnation() == incarnation && actor.birth() > forgotten && !own.covers(dot);
  }

  /**
   * This node forgets, on purpose, dots of the key: it handed the record over, or reaped it. No
   * actor that began before this may go on there, as its vector entry would claim what is gone; and
   * to meet one is no proof of loss. Remembered by partition, which is coarser and bounded.
   */
  public void forgets(Key key) {
    forgotten.put(Partition.of(key, partitions).index(), clock.last());
  }

  private long forgotten(Key key) {
    return forgotten.isEmpty()
        ? Timestamp.NONE
        : forgotten.getOrDefault(Partition.of(key, partitions).index(), Timestamp.NONE);
  }

  /** A stamp that is given once, for something else than a dot. */
  long uniqueStamp() {
    mintedSinceRenewal = true;
    return clock.next(schedule.wallMillis());
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
  public @Nullable Dot mint(Key key, Context own, Context seen) {
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
    var actor = own.vector().youngest(incarnation, forgotten(key));
    return new Dot(
        actor == null ? new Actor(incarnation, time) : actor, Math.max(time, newest + 1));
  }

  /** What the clock would give, leaving out a wall clock that cannot be right. */
  private long time() {
    long wall = schedule.wallMillis();
    return clock.peek(HybridClock.isPlausible(wall) ? wall : 0);
  }

  /** The next start will have a generation above this one. */
  public void continueFrom(long generation, Runnable whenDurable) {
    written =
        new Identity(
            written.id(),
            Math.max(generation, written.generation()),
            written.startId(),
            written.incarnation(),
            written.leasedStamp());
    storeIdentity(whenDurable);
  }

  private void renew(long bits) {
    long nextIncarnation = Actor.incarnation(written.id(), bits);
    long nextBound = time() + Timestamp.ofMillis(LEASE_MILLIS);
    bound = Math.min(bound, nextBound);
    written =
        new Identity(
            written.id(), written.generation(), written.startId(), nextIncarnation, nextBound);
    mintedSinceRenewal = false;
    int renewal = ++renewals;
    storeIdentity(() -> durable(renewal, nextIncarnation, nextBound));
  }

  private void storeIdentity(Runnable whenDurable) {
    var identity = new Mutation(Table.METADATA, StorageKey.IDENTITY, written.encode());
    journal.storeForCertain(List.of(identity)).whenDurable(whenDurable);
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
