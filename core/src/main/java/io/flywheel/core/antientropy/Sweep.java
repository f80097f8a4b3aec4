package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.handoff.BackgroundBudget;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.replica.Changes;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Fingerprints;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads all records of this node, page by page, over and over, and looks at each of them: whether
 * it can still be read, whether its partition's tree says the truth, whether it may be forgotten.
 *
 * <p>One cursor goes round the table. It begins somewhere else on every node, so that they do not
 * all read the same partitions at a time, and it has a budget of bytes and records a second: a
 * larger one while trees have yet to be built, next to none while there is much else to do.
 *
 * <p>While a partition is read its tree is built anew beside the one in use. What is stored
 * meanwhile has to get into it exactly once. A page shows the stores that were handed over before
 * it was asked for, and no others. So a change that lies before the cursor goes in at once; one
 * that comes while a page is under way waits until it is known where the page ends, goes in if it
 * lies within, and else is left to a later page; and one that lies beyond the cursor while no page
 * is under way is left to the next page as well.
 */
public final class Sweep implements Changes {
  private static final int PAGE_ENTRIES = 512;
  private static final int PAGE_BYTES = 512 << 10;

  /** What a record costs beside its bytes, in bytes. */
  private static final long RECORD_COST_BYTES = 1024;

  private static final int HASTE = 32;
  private static final long WAIT_MILLIS = 500;
  private static final long LONGEST_MILLIS = 5_000;
  private static final long LEAST_ROUND_MILLIS = 10_000;
  private static final int FIRST_WIDTH = 4096;
  private static final int PATIENT_FAILURES = 4;
  private static final int MAX_STRAYS_LOOKED_AT = 16;

  private record Change(Key key, Fingerprint before, Fingerprint after) {}

  private final Scanner scanner;
  private final Schedule schedule;
  private final LocalReplica replica;
  private final Trees trees;
  private final Fingerprints fingerprints;
  private final Supplier<@Nullable Peers> peers;
  private final BackgroundBudget background;
  private final CandidateListener candidates;
  private final Strays strays;
  private final Consumer<String> report;
  private final long bytesPerSecond;

  /** Where the page under way, or else the next one, begins. */
  private Bytes cursor = Bytes.EMPTY;

  private long cursorHash;
  private boolean reading;
  private int partition;

  /** The tree of {@code partition} up to the cursor; null where there is none to build. */
  private @Nullable MerkleTree rebuilt;

  private boolean owned;
  private boolean firstPrimary;
  private long keys;
  private long tombstonesMet;
  private long tombstones;

  /** Changes while a page is under way, by partition. */
  private final TreeMap<Integer, List<Change>> meanwhile = new TreeMap<>();

  private long roundSinceMillis;
  private int failures;
  private int straysLookedAt;
  private long rounds;
  private long damaged;

  Sweep(Facilities facilities, CandidateListener candidates, Strays strays, long bytesPerSecond) {
    this.scanner = facilities.scanner();
    this.schedule = facilities.schedule();
    this.replica = facilities.replica();
    this.trees = facilities.trees();
    this.fingerprints = facilities.fingerprints();
    this.peers = facilities.peers();
    this.background = facilities.background();
    this.report = facilities.report();
    this.candidates = candidates;
    this.strays = strays;
    this.bytesPerSecond = bytesPerSecond;
    trees.alsoTell(this);
  }

  /** Begins somewhere, once there is a ring. */
  public void start(SplittableRandom random) {
    if (peers.get() == null) {
      schedule.at(schedule.monotonicMillis() + WAIT_MILLIS, _ -> start(random), 0);
    } else {
      roundSinceMillis = schedule.monotonicMillis();
      enter(random.nextInt(trees.partitions()));
      read();
    }
  }

  /** Times that the cursor came to the table's end. */
  public long rounds() {
    return rounds;
  }

  /** Records without a value, as last counted. */
  public long tombstones() {
    return tombstones;
  }

  /** Records found that are not what was written. */
  public long damaged() {
    return damaged;
  }

  @Override
  public void changed(Key key, Fingerprint before, Fingerprint after) {
    int changedPartition = trees.partitionOf(key.hashHigh());
    if (liesBefore(key, cursor, cursorHash)) {
      if (changedPartition == partition && rebuilt != null) {
        rebuilt.replace(key.hashHigh(), before, after);
      }
    } else if (reading) {
      meanwhile
          .computeIfAbsent(changedPartition, _ -> new ArrayList<>())
          .add(new Change(key, before, after));
    }
  }

  private static boolean liesBefore(Key key, Bytes place, long placeHash) {
    int order = Long.compareUnsigned(key.hashHigh(), placeHash);
    return order < 0 || (order == 0 && StorageKey.ofRecord(key).compareTo(place) < 0);
  }

  private void read() {
    reading = true;
    scanner.scan(Table.DATA, cursor, null, PAGE_ENTRIES, PAGE_BYTES, this::read);
  }

  private void read(Scanned result) {
    reading = false;
    switch (result) {
      case Scanned.Failed _ -> failed();
      case Scanned.Page page -> {
        failures = 0;
        straysLookedAt = 0;
        long cost = 0;
        for (Scanned.Entry entry : page.entries()) {
          cost += entry.storageKey().length() + entry.value().length() + RECORD_COST_BYTES;
          look(entry);
        }
        var next = page.next();
        if (next == null) {
          finish(trees.partitions());
          begin();
        } else {
          goOn(next);
        }
        later(pauseMillis(cost, next == null));
      }
    }
    meanwhile.clear();
  }

  private void begin() {
    rounds++;
    tombstones = tombstonesMet;
    tombstonesMet = 0;
    cursor = Bytes.EMPTY;
    cursorHash = 0;
    enter(0);
  }

  private void goOn(Bytes next) {
    cursor = next;
    cursorHash = StorageKey.hashOf(next);
    finish(trees.partitionOf(cursorHash));
    for (Change change : meanwhile.getOrDefault(partition, List.of())) {
      if (rebuilt != null && liesBefore(change.key(), cursor, cursorHash)) {
        rebuilt.replace(change.key().hashHigh(), change.before(), change.after());
      }
    }
  }

  private long pauseMillis(long cost, boolean roundEnded) {
    long now = schedule.monotonicMillis();
    boolean building = isBuilding();
    long rate = building ? bytesPerSecond * HASTE : bytesPerSecond;
    long pause = 1 + Math.min(LONGEST_MILLIS, (long) (cost * 1000 / (rate * background.pace())));
    if (roundEnded && building) {
      pause = Math.max(pause, rounds > 1 ? WAIT_MILLIS : 0);
    } else if (roundEnded) {
      pause = Math.max(pause, roundSinceMillis + LEAST_ROUND_MILLIS - now);
      roundSinceMillis = now + pause;
    }
    return pause;
  }

  private boolean isBuilding() {
    var present = peers.get();
    return present != null && trees.built() < present.ownedPartitions().size();
  }

  private void later(long pauseMillis) {
    schedule.at(schedule.monotonicMillis() + pauseMillis, _ -> read(), 0);
  }

  /**
   * A page that cannot be read, again and again, must not be the end of the sweep. What is left out
   * is missing in the tree, so that exchanges will ask for these keys one by one.
   */
  private void failed() {
    if (++failures > PATIENT_FAILURES) {
      long width = MerkleTree.MOST_WIDTH;
      long slice = Math.unsignedMultiplyHigh(cursorHash, trees.partitions() * width);
      long leap = 1L << Math.min(failures - PATIENT_FAILURES, 15);
      long following = Math.min(slice + leap, (slice / width + 1) * width);
      if (following == trees.partitions() * width) {
        finish(trees.partitions());
        begin();
      } else {
        var place = new Slice((int) (following / width), (int) width, (int) (following % width));
        goOn(StorageKey.at(place.startHash(trees.partitions())));
      }
    }
    later(WAIT_MILLIS);
  }

  private void look(Scanned.Entry entry) {
    if (entry.storageKey().length() < Long.BYTES) {
      return;
    }
    finish(trees.partitionOf(StorageKey.hashOf(entry.storageKey())));
    var key = entry.key();
    if (key == null) {
      return;
    }
    if (owned) {
      count(key, entry.value());
    } else {
      strays.met(key, straysLookedAt++ < MAX_STRAYS_LOOKED_AT);
    }
  }

  private void count(Key key, Bytes record) {
    Siblings siblings = null;
    try {
      siblings = SiblingsCodec.decode(key, record);
    } catch (MalformedException e) {
      if (!SiblingsCodec.isIntact(key, record)) {
        damaged++;
        replica.read(key, Reader.NOBODY); // starts its recovery
        return;
      }
    }
    var fingerprint = fingerprints.of(key, record);
    keys++;
    if (rebuilt != null) {
      rebuilt.replace(key.hashHigh(), Fingerprint.NONE, fingerprint);
    }
    if (siblings != null && siblings.living().stream().allMatch(Sibling::tombstone)) {
      tombstonesMet++;
    }
    if (firstPrimary && siblings != null) {
      candidates.swept(key, siblings, fingerprint);
    }
  }

  /** Every record of the partitions before this one has been read. */
  private void finish(int next) {
    while (partition < next) {
      var tree = rebuilt;
      if (tree != null) {
        for (Change change : meanwhile.getOrDefault(partition, List.of())) {
          tree.replace(change.key().hashHigh(), change.before(), change.after());
        }
        if (!trees.rebuilt(partition, tree.narrowedTo(MerkleTree.widthFor(keys)))) {
          report.accept("the tree of partition " + partition + " did not agree with the disk");
        }
      } else if (!owned) {
        trees.drop(partition);
      }
      if (partition + 1 == trees.partitions()) {
        rebuilt = null;
        partition++;
      } else {
        prepare(partition + 1);
      }
    }
  }

  private void enter(int first) {
    var place = new Slice(first, 1, 0);
    cursor = StorageKey.at(place.startHash(trees.partitions()));
    cursorHash = StorageKey.hashOf(cursor);
    prepare(first);
  }

  private static boolean isOwn(@Nullable Peers present, int partition) {
    return present != null && present.isOwn(new Partition(partition));
  }

  /** This node owns other partitions than before. */
  void ringChanged(Peers present) {
    for (int i = 0; i < trees.partitions(); i++) {
      if (!isOwn(present, i)) {
        trees.drop(i);
      }
    }
    if (partition < trees.partitions() && owned != isOwn(present, partition)) {
      owned = !owned;
      rebuilt = null; // what has been read of it so far was not counted, or counts no more
    }
  }

  private void prepare(int index) {
    partition = index;
    keys = 0;
    rebuilt = null;
    var present = peers.get();
    owned = isOwn(present, index);
    firstPrimary =
        present != null
            && present.ownership().readers(new Partition(index)).getFirst().equals(present.self());
    if (owned) {
      var kept = trees.tree(index);
      int width = kept == null ? FIRST_WIDTH : kept.width() * MerkleTree.STEP;
      rebuilt = new MerkleTree(trees.partitions(), index, Math.min(width, MerkleTree.MOST_WIDTH));
    }
  }
}
