package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.handoff.BackgroundBudget;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.replica.Changes;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds the trees of single partitions from the disk for whoever cannot wait until the {@link
 * Sweep} comes past. What is stored meanwhile gets into them in the same way as there.
 */
final class TreeBuilds implements Changes {
  private static final int PAGE_ENTRIES = 512;
  private static final int PAGE_BYTES = 512 << 10;
  private static final long BYTES_PER_SECOND = 128L << 20;
  private static final int MOST_AT_A_TIME = 8;
  private static final int WIDTH = 4096;

  private record Change(Key key, Fingerprint before, Fingerprint after) {}

  private final Facilities with;
  private final Supplier<@Nullable Peers> peers;
  private final BackgroundBudget.Share budget;
  private final TreeMap<Integer, Build> underWay = new TreeMap<>();
  private final ArrayDeque<Build> waiting = new ArrayDeque<>();

  TreeBuilds(Facilities facilities) {
    this.with = facilities;
    this.peers = facilities.peers();
    budget = facilities.background().share(BYTES_PER_SECOND);
    facilities.trees().alsoTell(this);
  }

  /** {@code whenOver} hears whether the tree says what is on the disk. */
  void build(int partition, Consumer<Boolean> whenOver) {
    for (Build build : waiting) {
      if (build.partition == partition) {
        build.whenOver.add(whenOver);
        return;
      }
    }
    // One that is under way has read a part already, which would be older than this question.
    var build = new Build(partition);
    build.whenOver.add(whenOver);
    waiting.add(build);
    beginNext();
  }

  private void beginNext() {
    for (int i = waiting.size(); i > 0 && underWay.size() < MOST_AT_A_TIME; i--) {
      var build = waiting.remove();
      if (underWay.containsKey(build.partition)) {
        waiting.add(build);
      } else {
        underWay.put(build.partition, build);
        build.read();
      }
    }
  }

  @Override
  public void changed(Key key, Fingerprint before, Fingerprint after) {
    var build = underWay.get(with.trees().partitionOf(key.hashHigh()));
    if (build != null) {
      build.changed(new Change(key, before, after));
    }
  }

  /** One partition's tree. */
  private final class Build {
    private final int partition;
    private final List<Consumer<Boolean>> whenOver = new ArrayList<>(1);
    private final List<Change> meanwhile = new ArrayList<>();
    private final MerkleTree tree;
    private final @Nullable Bytes end;

    /** Where the page under way, or else the next one, begins. */
    private Bytes cursor;

    private boolean reading;
    private long keys;

    private Build(int partition) {
      this.partition = partition;
      int partitions = with.trees().partitions();
      var whole = new Slice(partition, 1, 0);
      cursor = StorageKey.at(whole.startHash(partitions));
      end = StorageKey.before(whole.endHash(partitions));
      var kept = with.trees().tree(partition);
      int width = kept == null ? WIDTH : kept.width() * MerkleTree.STEP;
      tree = new MerkleTree(partitions, partition, Math.min(width, MerkleTree.MOST_WIDTH));
    }

    private void changed(Change change) {
      if (StorageKey.ofRecord(change.key()).compareTo(cursor) < 0) {
        replace(change);
      } else if (reading) {
        meanwhile.add(change);
      }
    }

    private void replace(Change change) {
      tree.replace(change.key().hashHigh(), change.before(), change.after());
    }

    private void read() {
      long pause = budget.millisUntilAny();
      if (pause > 0) {
        with.schedule().at(with.schedule().monotonicMillis() + pause, _ -> read(), 0);
        return;
      }
      reading = true;
      with.scanner().scan(Table.DATA, cursor, end, PAGE_ENTRIES, PAGE_BYTES, this::read);
    }

    private void read(Scanned result) {
      reading = false;
      switch (result) {
        case Scanned.Failed _ -> over(false);
        case Scanned.Page page -> {
          page.entries().forEach(this::count);
          var next = page.next();
          for (Change change : meanwhile) {
            if (next == null || StorageKey.ofRecord(change.key()).compareTo(next) < 0) {
              replace(change);
            }
          }
          meanwhile.clear();
          if (next == null) {
            over(true);
          } else {
            cursor = next;
            read();
          }
        }
      }
    }

    private void count(Scanned.Entry entry) {
      budget.spend(entry.value().length());
      var key = entry.key();
      if (key == null) {
        return;
      }
      if (SiblingsCodec.isIntact(key, entry.value())) {
        keys++;
        var fingerprint = with.fingerprints().of(key, entry.value());
        tree.replace(key.hashHigh(), Fingerprint.NONE, fingerprint);
      } else {
        with.replica().read(key, Reader.NOBODY); // starts its recovery
      }
    }

    private void over(boolean complete) {
      underWay.remove(partition);
      var present = peers.get();
      boolean owned = present != null && present.isOwn(new Partition(partition));
      if (complete && owned) {
        with.trees().rebuilt(partition, tree.narrowedTo(MerkleTree.widthFor(keys)));
      }
      whenOver.forEach(hears -> hears.accept(complete && owned));
      beginNext();
    }
  }
}
