package io.flywheel.core.antientropy;

import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Fingerprint;
import org.jspecify.annotations.Nullable;

/**
 * What one replica holds of one partition, in sums: each leaf is the sum of the fingerprints of all
 * records in one of {@link #width} equal slices of the partition (Dynamo 4.7). Two replicas that
 * hold the same have the same sums; where two sums differ, so do the replicas, in that slice.
 *
 * <p>A sum instead of the hash of hashes that a Merkle tree is otherwise made of: a write changes
 * one leaf by what came and what went, nothing has to be read again, and the inner nodes are sums
 * of leaves that need not be kept. A sum and not an exclusive or, in which a state that is counted
 * twice disappears. The fingerprints are keyed, so that nobody can write records whose sums
 * collide.
 *
 * <p>It costs 16 bytes a leaf, which is about one for each key of a large partition, and nothing
 * for an empty one; a write costs two additions.
 */
final class MerkleTree {
  static final int LEAST_WIDTH = 64;
  static final int MOST_WIDTH = Slice.MOST;

  /** Widths are powers of this, from {@link #LEAST_WIDTH} on. */
  static final int STEP = 8;

  /** How many keys a leaf should have at the most. */
  private static final int KEYS_A_LEAF = 16;

  private final int partitions;
  private final int partition;
  private final int width;

  /** High and low half of each leaf in turn; null while all are nothing. */
  private long @Nullable [] leaves;

  private long high;
  private long low;

  /** The tree of an empty partition, one of so many. */
  MerkleTree(int partitions, int partition, int width) {
    this.partitions = partitions;
    this.partition = partition;
    this.width = width;
  }

  /** How wide the tree of so many keys should be. */
  static int widthFor(long keys) {
    int width = LEAST_WIDTH;
    while (width < MOST_WIDTH && keys > (long) width * KEYS_A_LEAF) {
      width *= STEP;
    }
    return width;
  }

  /** The finest slices that can be compared. */
  int width() {
    return width;
  }

  boolean isEmpty() {
    return leaves == null;
  }

  /** A record of a key with this hash was replaced; either state may be nothing. */
  void replace(long hashHigh, Fingerprint before, Fingerprint after) {
    long borrow = Long.compareUnsigned(after.low(), before.low()) < 0 ? 1 : 0;
    long addLow = after.low() - before.low();
    long addHigh = after.high() - before.high() - borrow;
    if ((addHigh | addLow) != 0) {
      add(indexOf(hashHigh), addHigh, addLow);
    }
  }

  private int indexOf(long hashHigh) {
    long overall = Math.unsignedMultiplyHigh(hashHigh, (long) partitions * width);
    return (int) (overall - (long) partition * width);
  }

  private void add(int leaf, long addHigh, long addLow) {
    var sums = leaves;
    if (sums == null) {
      sums = new long[2 * width];
      leaves = sums;
    }
    long sum = sums[2 * leaf + 1] + addLow;
    sums[2 * leaf] += addHigh + (Long.compareUnsigned(sum, addLow) < 0 ? 1 : 0);
    sums[2 * leaf + 1] = sum;
    low += addLow;
    high += addHigh + (Long.compareUnsigned(low, addLow) < 0 ? 1 : 0);
  }

  /** The sum of everything. */
  Fingerprint root() {
    return new Fingerprint(high, low);
  }

  /** The sum of a slice that is not finer than this tree. */
  Fingerprint sum(int sliceWidth, int index) {
    var sums = leaves;
    if (sliceWidth == 1 || sums == null) {
      return root();
    }
    int leavesEach = width / sliceWidth;
    long sumHigh = 0;
    long sumLow = 0;
    for (int leaf = index * leavesEach; leaf < (index + 1) * leavesEach; leaf++) {
      sumLow += sums[2 * leaf + 1];
      sumHigh += sums[2 * leaf];
      if (Long.compareUnsigned(sumLow, sums[2 * leaf + 1]) < 0) {
        sumHigh++;
      }
    }
    return new Fingerprint(sumHigh, sumLow);
  }

  /** The same, with fewer leaves. */
  MerkleTree narrowedTo(int narrower) {
    if (narrower >= width) {
      return this;
    }
    var narrow = new MerkleTree(partitions, partition, narrower);
    if (leaves != null) {
      for (int leaf = 0; leaf < narrower; leaf++) {
        var sum = sum(narrower, leaf);
        if (!sum.equals(Fingerprint.NONE)) {
          narrow.add(leaf, sum.high(), sum.low());
        }
      }
    }
    return narrow;
  }

  /** Whether the two say the same as far as both can tell. */
  boolean agreesWith(MerkleTree other) {
    if (!root().equals(other.root())) {
      return false;
    }
    int common = Math.min(width, other.width);
    for (int leaf = 0; leaf < common; leaf++) {
      if (!sum(common, leaf).equals(other.sum(common, leaf))) {
        return false;
      }
    }
    return true;
  }
}
