package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.handoff.BackgroundBudget;
import io.flywheel.core.handoff.FormerPartitions;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.ReleaseAnswer;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Fingerprints;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks after records of partitions that others own. Each of them is kept for somebody, and has
 * debts; where it has none the disk has lost them, and it is an <em>orphan</em>, perhaps the only
 * copy of an acknowledged write. It becomes a debt to all of its owners.
 *
 * <p>Where this node owned the partition until a change of the ring ({@link FormerPartitions}), it
 * is what is left of its copy. Then the owners are asked first ({@link Releases}): what all of them
 * have goes, the rest becomes a debt to those that do not have it, and goes when it is paid. That
 * is gone through again and again until nothing is left, and nothing is settled before all of it
 * was looked at once.
 *
 * <p>After a start all strays are looked at before anything is settled here: an orphan counts as
 * old as anything that was owed then ({@code Records.adopt}). They lie in the partitions that this
 * node does not own, which are sought one after the other, so that takes as long as there are
 * strays and not as long as reading all records, which may be hours. What cannot be read may be an
 * orphan, too, and is looked at again until it can; meanwhile nothing is settled, but the others go
 * their way.
 *
 * <p>What a disk loses later is met by the {@link Sweep}.
 */
final class Strays {
  private static final int PAGE_ENTRIES = 64;
  private static final int PAGE_BYTES = 512 << 10;

  /** Looking at one may take a question to all owners, a read at each of them, and a store here. */
  private static final long LOOK_COST_BYTES = 8 << 10;

  private static final long WAIT_MILLIS = 500;
  private static final long LOOK_AGAIN_MILLIS = 1_000;
  private static final long WATCH_MILLIS = 200;
  private static final int MOST_OPEN = 256;
  private static final int MOST_BROUGHT = 65_536;

  private final Scanner scanner;
  private final Schedule schedule;
  private final LocalReplica replica;
  private final Supplier<@Nullable Peers> peers;
  private final Consumer<String> report;
  private final BackgroundBudget.Share budget;
  private final int partitions;

  /** Those that are being looked at, or have to be again. */
  private final TreeSet<Key> open = new TreeSet<>();

  /** Those of them that could not be read when they were last looked at. */
  private final TreeSet<Key> unreadable = new TreeSet<>();

  private final TreeSet<Key> orphaned = new TreeSet<>();

  /** Those that others have to be asked about. */
  private final TreeSet<Key> asked = new TreeSet<>();

  /** What of it is on its way to owners that do not have it, or not just like this. */
  private final TreeMap<Key, Fingerprint> brought = new TreeMap<>();

  private final FormerPartitions former;
  private final Fingerprints fingerprints;
  private final Releases releases;

  /** The number of this time of going through all of them. */
  private int round;

  /** Whether it is only about what this node has owned. */
  private boolean onlyFormer;

  private boolean through;
  private boolean seenAll;

  /** Whether something was not looked at this time, and whether something is left all the same. */
  private boolean leftOut;

  private boolean unfinished;
  private long met;
  private long orphans;
  private long released;

  Strays(Facilities facilities, FormerPartitions former, long bytesPerSecond, long firstRequest) {
    this.former = former;
    fingerprints = facilities.fingerprints();
    scanner = facilities.scanner();
    schedule = facilities.schedule();
    replica = facilities.replica();
    peers = facilities.peers();
    report = facilities.report();
    budget = facilities.background().share(bytesPerSecond);
    partitions = facilities.settings().partitions();
    releases = new Releases(schedule, peers, firstRequest, new Answers());
  }

  /** Begins to look at all of them, once there is a ring. */
  void start() {
    if (peers.get() == null) {
      later(WAIT_MILLIS, this::start);
    } else {
      begin();
    }
  }

  /** Others own something that this node has owned: until it was looked at nothing is settled. */
  void ringChanged(Peers present) {
    brought.clear(); // to others than those who own it now, perhaps; who has it will say so
    if (former.count(present) > 0) {
      onlyFormer = hasSeenAll();
      seenAll = false;
      begin();
    }
  }

  private void begin() {
    through = false;
    leftOut = false;
    unfinished = false;
    int number = ++round;
    goOn(number, 0);
    watch(number);
  }

  /** At the end of this time, goes through them once more where anything is left. */
  private void watch(int number) {
    if (number != round) {
      return;
    }
    // What cannot be read may stay so, and must not keep all the others here.
    if (!through || open.size() > unreadable.size()) {
      later(WATCH_MILLIS, () -> watch(number));
      return;
    }
    if (!hasSeenAll() || leftOut || unfinished || !open.isEmpty()) {
      later(LOOK_AGAIN_MILLIS, () -> again(number));
    } else {
      emptied();
    }
  }

  private void again(int number) {
    if (number == round) {
      onlyFormer = true; // each of the others has debts by now, or is still looked at
      begin();
    }
  }

  private void emptied() {
    var present = peers.get();
    var empty = new ArrayList<Integer>();
    for (int i = 0; i < partitions && present != null; i++) {
      if (former.contains(i) && !isOwn(present, i)) {
        empty.add(i);
      }
    }
    former.emptied(empty);
  }

  void answered(NodeId from, ReleaseAnswer answer) {
    releases.answered(from, answer);
  }

  /** Partitions of which this node may still hold what it has owned. */
  int formerPartitions() {
    var present = peers.get();
    return present == null ? 0 : former.count(present);
  }

  /** Records that were dropped because all of their owners have them. */
  long released() {
    return released;
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
    seenAll |= through && !leftOut && open.isEmpty();
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
  private void goOn(int number, int partition) {
    var present = peers.get();
    if (number != round || present == null) {
      return;
    }
    int first = partition;
    while (first < partitions && !isLookedAt(present, first)) {
      first++;
    }
    int end = first;
    while (end < partitions && isLookedAt(present, end)) {
      end++;
    }
    if (first == partitions) {
      through = true;
      return;
    }
    var from = StorageKey.at(new Slice(first, 1, 0).startHash(partitions));
    var to = StorageKey.before(new Slice(end - 1, 1, 0).endHash(partitions));
    read(number, from, to, end);
  }

  private boolean isLookedAt(Peers present, int partition) {
    return !isOwn(present, partition) && (!onlyFormer || former.contains(partition));
  }

  private static boolean isOwn(Peers present, int partition) {
    return present.isOwn(new Partition(partition));
  }

  private void read(int number, Bytes from, @Nullable Bytes to, int end) {
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
              later(WAIT_MILLIS, () -> read(number, from, to, end));
            }
            case Scanned.Page page -> {
              page.entries().forEach(this::begin);
              var next = page.next();
              whenThereIsRoom(
                  () -> {
                    if (next == null) {
                      goOn(number, end);
                    } else {
                      read(number, next, to, end);
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
    budget.spend(LOOK_COST_BYTES + entry.value().length());
    var key = entry.key();
    if (key != null && open.add(key)) {
      look(key);
    }
  }

  private void look(Key key) {
    replica.readCurrentWithDebts(
        key,
        new Reader() {
          @Override
          public void read(Held held) {
            unreadable.remove(key);
            boolean wasOwn = isFormer(key);
            if (held.era() == Eras.NEVER && wasOwn) {
              ask(key, fingerprints.of(key, held.siblings()));
            } else if (held.era() == Eras.NEVER) { // and not just on its way out
              adopt(key);
              later(LOOK_AGAIN_MILLIS, () -> look(key));
            } else {
              unfinished |= wasOwn && !held.siblings().isEmpty();
              orphaned.remove(key);
              if (held.siblings().isEmpty()) {
                brought.remove(key);
              }
              open.remove(key);
            }
          }

          @Override
          public void unreadable() {
            unreadable.add(key);
            later(LOOK_AGAIN_MILLIS, () -> look(key));
          }
        });
  }

  private void ask(Key key, Fingerprint state) {
    if (state.equals(brought.remove(key))) {
      released(key, state); // those that did not have it have been paid
    } else {
      asked.add(key);
      releases.ask(key, state);
    }
  }

  private void released(Key key, Fingerprint state) {
    released++;
    replica.release(key, state);
    look(key);
  }

  private boolean isFormer(Key key) {
    var present = peers.get();
    int partition = Partition.of(key, partitions).index();
    return present != null && former.contains(partition) && !isOwn(present, partition);
  }

  /** Hears what the owners say of what is left here. */
  private final class Answers implements Releases.Listener {
    @Override
    public void held(Key key, Fingerprint state) {
      if (asked.remove(key)) {
        released(key, state);
      }
    }

    @Override
    public void missing(Key key, Fingerprint state, List<NodeId> owners) {
      if (brought.size() >= MOST_BROUGHT) {
        unanswered(key);
      } else if (asked.remove(key)) {
        brought.put(key, state);
        replica.adopt(key, owners);
        later(LOOK_AGAIN_MILLIS, () -> look(key));
      }
    }

    @Override
    public void unanswered(Key key) {
      if (asked.remove(key)) {
        leftOut = true;
        open.remove(key);
      }
    }
  }

  /** It takes what is owed to have been counted; until then it is tried again. */
  private void adopt(Key key) {
    if (orphaned.add(key)) {
      orphans++;
      report.accept(key + " was kept here for nobody; it is owed to its owners");
    }
    replica.adopt(key, List.of());
  }

  private void later(long pauseMillis, Runnable action) {
    schedule.at(schedule.monotonicMillis() + pauseMillis, _ -> action.run(), 0);
  }
}
