package io.flywheel.core.antientropy;

import io.flywheel.core.model.Key;
import io.flywheel.core.replica.Changes;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The trees of all partitions that this node owns, in memory. Each is there once the {@link Sweep}
 * has built it from the disk, is kept up to date by every store from then on, and is compared with
 * a rebuilt one every time that the sweep comes past.
 */
public final class Trees implements Changes {
  private final int partitions;
  private final @Nullable MerkleTree[] trees;
  private final List<Changes> rebuilding = new ArrayList<>(2);
  private int built;
  private long corrected;

  /** For a ring of so many partitions. */
  public Trees(int partitions) {
    this.partitions = partitions;
    this.trees = new MerkleTree[partitions];
  }

  /** Partitions of which there is a tree. */
  public int built() {
    return built;
  }

  /** Trees that did not agree with the disk, since the start. */
  public long corrected() {
    return corrected;
  }

  /** Whoever rebuilds trees has to hear of changes meanwhile, too. */
  void alsoTell(Changes whoever) {
    rebuilding.add(whoever);
  }

  @Override
  public void changed(Key key, Fingerprint before, Fingerprint after) {
    long hash = key.hashHigh();
    var tree = trees[partitionOf(hash)];
    if (tree != null) {
      tree.replace(hash, before, after);
    }
    rebuilding.forEach(other -> other.changed(key, before, after));
  }

  int partitions() {
    return partitions;
  }

  int partitionOf(long hashHigh) {
    return (int) Math.unsignedMultiplyHigh(hashHigh, partitions);
  }

  /** Null where none has been built. */
  @Nullable MerkleTree tree(int partition) {
    return trees[partition];
  }

  /** The sum of a slice; null where there is no tree, or none that fine. */
  @Nullable Fingerprint sum(Slice slice) {
    var tree = slice.partition() < partitions ? trees[slice.partition()] : null;
    if (tree == null || slice.width() > tree.width() || Integer.bitCount(slice.width()) != 1) {
      return null;
    }
    return tree.sum(slice.width(), slice.index());
  }

  /** The sum of all these partitions; null where there is not a tree of each. */
  @Nullable Fingerprint sum(List<Integer> group) {
    var sum = Fingerprint.NONE;
    for (int partition : group) {
      var tree = trees[partition];
      if (tree == null) {
        return null;
      }
      sum = sum.plus(tree.root());
    }
    return sum;
  }

  /** Takes what the disk says; false where it is not what was here. */
  boolean rebuilt(int partition, MerkleTree fromDisk) {
    var kept = trees[partition];
    trees[partition] = fromDisk;
    if (kept == null) {
      built++;
      return true;
    }
    boolean agrees = kept.agreesWith(fromDisk);
    corrected += agrees ? 0 : 1;
    return agrees;
  }

  /** This node does not own the partition any more. */
  void drop(int partition) {
    if (trees[partition] != null) {
      trees[partition] = null;
      built--;
    }
  }
}
