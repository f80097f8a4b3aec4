package io.flywheel.core.replica;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stores that are on their way to disk, in order, and what waits for each. This is the only way
 * to a store, and its callback the only way to an acknowledgement: write before ack is structural.
 */
public final class Journal {
  /** A store under way. */
  public static final class Pending {
    private final long ticket;
    private final long bytes;
    private final long sinceMillis;
    private final List<Runnable> whenDurable = new ArrayList<>(2);

    private Pending(long ticket, long bytes, long sinceMillis) {
      this.ticket = ticket;
      this.bytes = bytes;
      this.sinceMillis = sinceMillis;
    }

    public void whenDurable(Runnable action) {
      whenDurable.add(action);
    }
  }

  private final Outbox outbox;
  private final Schedule schedule;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  /** Those of them that somebody waits for. */
  private final ArrayDeque<Pending> urgent = new ArrayDeque<>();

  private final StoreDelay delay = new StoreDelay();
  private long lastTicket;
  private long pendingBytes;
  private boolean full;

  public Journal(Outbox outbox, Schedule schedule) {
    this.outbox = outbox;
    this.schedule = schedule;
  }

  public Pending store(List<Mutation> mutations) {
    return store(mutations, false, true);
  }

  /** A store that is synced before its result also where others are synced periodically. */
  public Pending storeForCertain(List<Mutation> mutations) {
    return store(mutations, true, true);
  }

  /** A store that no client waits for: its sync may wait a little for another one's. */
  public Pending storePatiently(List<Mutation> mutations) {
    return store(mutations, false, false);
  }

  /** The same, synced before its result also where others are synced periodically. */
  public Pending storePatientlyForCertain(List<Mutation> mutations) {
    return store(mutations, true, false);
  }

  /**
   * Whether the disk has too little room left for values. What makes room is stored all the same.
   */
  public boolean isFull() {
    return full;
  }

  public void full(boolean isFull) {
    full = isFull;
  }

  /** Bytes handed over and not yet durable. */
  public long pendingBytes() {
    return pendingBytes;
  }

  /** For how long the oldest of them has been under way, in milliseconds. */
  public long oldestMillis() {
    return millisSince(pending.peek());
  }

  private long millisSince(@Nullable Pending store) {
    return store == null ? 0 : schedule.monotonicMillis() - store.sinceMillis;
  }

  /** Whether stores take longer now than they do here when nothing is in their way. */
  boolean isSlowerThanUsual() {
    return delay.isSlowerThanUsual(schedule.monotonicMillis());
  }

  public void stored(long throughTicket) {
    var oldest = urgent.peek();
    if (oldest != null && oldest.ticket <= throughTicket) {
      delay.took(millisSince(oldest), schedule.monotonicMillis());
    }
    while (!urgent.isEmpty() && urgent.peek().ticket <= throughTicket) {
      urgent.remove();
    }
    while (!pending.isEmpty() && pending.peek().ticket <= throughTicket) {
      var store = pending.remove();
      pendingBytes -= store.bytes;
      store.whenDurable.forEach(Runnable::run);
    }
  }

  private Pending store(List<Mutation> mutations, boolean evenInPeriodicMode, boolean isUrgent) {
    long bytes = 0;
    for (Mutation mutation : mutations) {
      bytes += mutation.bytes();
    }
    var store = new Pending(++lastTicket, bytes, schedule.monotonicMillis());
    pending.add(store);
    if (isUrgent) {
      urgent.add(store);
    }
    pendingBytes += bytes;
    outbox.add(new Effect.Store(store.ticket, mutations, evenInPeriodicMode, isUrgent));
    return store;
  }
}
