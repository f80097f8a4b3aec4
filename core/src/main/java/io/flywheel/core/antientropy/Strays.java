package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.handoff.BackgroundBudget;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Slice;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks after records of partitions that others own. Each of them is kept for somebody, and has
 * debts; where it has none the disk has lost them, and it is an <em>orphan</em>, perhaps the only
 * copy of an acknowledged write. It becomes a debt to all of its owners.
 *
 * <p>After a start all strays are looked at before anything is settled here: an orphan counts as
 * old as anything that was owed then ({@code Records.adopt}). They lie in the partitions that this
 * node does not own, which are sought one after the other, so that takes as long as there are
 * strays and not as long as reading all records, which may be hours. What cannot be read may be an
 * orphan, too, and is looked at again until it can.
 *
 * <p>What a disk loses later is met by the {@link Sweep}.
 */
final class Strays {
  private static final int PAGE_ENTRIES = 256;
  private static final int PAGE_BYTES = 512 << 10;
  private static final long WAIT_MILLIS = 500;
  private static final long LOOK_AGAIN_MILLIS = 1_000;
  private static final int MOST_OPEN = 256;

  private final Scanner scanner;
  private final Schedule schedule;
  private final LocalReplica replica;
  private final Supplier<@Nullable Peers> peers;
  private final Consumer<String> report;
  private final BackgroundBudget.Share budget;
  private final int partitions;

  /** Those that are being looked at, or have to be again. */
  private final TreeSet<Key> open = new TreeSet<>();

  private final TreeSet<Key> orphaned = new TreeSet<>();
  private boolean through;
  private boolean seenAll;
  private long met;
  private long orphans;

  Strays(Facilities facilities, long bytesPerSecond) {
    scanner = facilities.scanner();
    schedule = facilities.schedule();
    replica = facilities.replica();
    peers = facilities.peers();
    report = facilities.report();
    budget = facilities.background().share(bytesPerSecond);
    partitions = facilities.settings().partitions();
  }

  /** Begins to look at all of them, once there is a ring. */
  void start() {
    var present = peers.get();
    if (present == null) {
      later(WAIT_MILLIS, this::start);
    } else {
      goOn(present, 0);
    }
  }

  /** Records of partitions that others own, met since the start. */
  long met() {
    return met;
  }

  /** Those of them that were owed to nobody. */
  long orphans() {
    return orphans;
  }

  /** Whether all that were there at the start have been looked at, and have debts. */
  boolean hasSeenAll() {
    seenAll |= through && open.isEmpty();
    return seenAll;
  }

  /** The sweep has come past one; {@code mayLook} where there is time to look at it. */
  void met(Key key, boolean mayLook) {
    met++;
    if (mayLook && seenAll && open.size() < MOST_OPEN && open.add(key)) {
      look(key);
    }
  }

  /** Looks at the partitions from this one on that others own, as many as lie side by side. */
  private void goOn(Peers present, int partition) {
    int first = partition;
    while (first < partitions && isOwn(present, first)) {
      first++;
    }
    int end = first;
    while (end < partitions && !isOwn(present, end)) {
      end++;
    }
    if (first == partitions) {
      through = true;
      return;
    }
    var from = StorageKey.at(new Slice(first, 1, 0).startHash(partitions));
    var to = StorageKey.before(new Slice(end - 1, 1, 0).endHash(partitions));
    read(present, from, to, end);
  }

  private static boolean isOwn(Peers present, int partition) {
    return present.ring().owns(present.self(), new Partition(partition));
  }

  private void read(Peers present, Bytes from, @Nullable Bytes to, int end) {
    scanner.scan(
        Table.DATA,
        from,
        to,
        PAGE_ENTRIES,
        PAGE_BYTES,
        result -> {
          switch (result) {
            case Scanned.Failed failed -> {
              // Nobody knows what is there, so nothing is settled before it can be read.
              report.accept("what is kept for other nodes cannot be read: " + failed.reason());
              later(WAIT_MILLIS, () -> read(present, from, to, end));
            }
            case Scanned.Page page -> {
              page.entries().forEach(this::begin);
              var next = page.next();
              whenThereIsRoom(
                  () -> {
                    if (next == null) {
                      goOn(present, end);
                    } else {
                      read(present, next, to, end);
                    }
                  });
            }
          }
        });
  }

  private void whenThereIsRoom(Runnable action) {
    long pause = budget.millisUntilAny();
    if (pause == 0 && open.size() < MOST_OPEN) {
      later(1, action);
    } else {
      later(Math.max(1, pause), () -> whenThereIsRoom(action));
    }
  }

  private void begin(Scanned.Entry entry) {
    budget.spend(Sweep.RECORD_COST_BYTES + entry.value().length());
    try {
      var key = StorageKey.keyOf(entry.storageKey());
      if (open.add(key)) {
        look(key);
      }
    } catch (MalformedException e) {
      return; // it lies where no key lies; nobody can ask for it
    }
  }

  private void look(Key key) {
    replica.readLatest(
        key,
        new Reader() {
          @Override
          public void read(Held held) {
            if (held.era() == Eras.NEVER) { // and not just on its way out
              adopt(key);
              later(LOOK_AGAIN_MILLIS, () -> look(key));
            } else {
              orphaned.remove(key);
              open.remove(key);
            }
          }

          @Override
          public void unreadable() {
            later(LOOK_AGAIN_MILLIS, () -> look(key));
          }
        });
  }

  /** It takes what is owed to have been counted; until then it is tried again. */
  private void adopt(Key key) {
    if (orphaned.add(key)) {
      orphans++;
      report.accept(key + " was kept here for nobody; it is owed to its owners");
    }
    replica.adopt(key);
  }

  private void later(long pauseMillis, Runnable action) {
    schedule.at(schedule.monotonicMillis() + pauseMillis, _ -> action.run(), 0);
  }
}
