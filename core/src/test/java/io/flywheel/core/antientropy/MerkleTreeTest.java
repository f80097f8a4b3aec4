package io.flywheel.core.antientropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Key;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Fingerprint;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tree against a model that adds up all records anew, with whole numbers. */
class MerkleTreeTest {
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

  private final SplittableRandom random = new SplittableRandom(1);

  @ParameterizedTest
  @CsvSource({"1, 64", "3, 64", "16, 512", "4096, 4096", "65536, 64"})
  void everySumIsThatOfTheRecordsInItsSlice(int partitions, int width) {
    int partition = random.nextInt(partitions);
    var tree = new MerkleTree(partitions, partition, width);
    var records = new TreeMap<Long, Fingerprint>();
    for (int i = 0; i < 2_000; i++) {
      change(tree, records, partitions, partition);
    }
    for (int coarser = 1; coarser <= width; coarser *= 2) {
      for (int index = 0; index < coarser; index += Math.max(1, coarser / 64)) {
        var slice = new Slice(partition, coarser, index);
        assertEquals(model(records, slice, partitions), number(tree.sum(coarser, index)));
      }
    }
    assertEquals(tree.sum(1, 0), tree.root());
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 512, 4096, 32768})
  void aNarrowerTreeIsTheOneThatWouldHaveBeenKept(int narrower) {
    var wide = new MerkleTree(8, 5, 32768);
    var narrow = new MerkleTree(8, 5, narrower);
    var records = new TreeMap<Long, Fingerprint>();
    for (int i = 0; i < 1_000; i++) {
      long hash = hashIn(8, 5);
      var state = any();
      records.put(hash, state);
      wide.replace(hash, Fingerprint.NONE, state);
      narrow.replace(hash, Fingerprint.NONE, state);
    }
    var narrowed = wide.narrowedTo(narrower);
    assertEquals(narrower, narrowed.width());
    assertTrue(narrowed.agreesWith(narrow) && narrow.agreesWith(wide) && wide.agreesWith(narrow));
    for (int leaf = 0; leaf < narrower; leaf++) {
      assertEquals(narrow.sum(narrower, leaf), narrowed.sum(narrower, leaf));
    }
    narrow.replace(records.firstKey(), records.firstEntry().getValue(), any());
    assertFalse(narrow.agreesWith(wide) || wide.agreesWith(narrow));
  }

  /** Trap 29: with an exclusive or, two records of the same state would be none. */
  @Test
  void whatIsThereTwiceDoesNotCancelItselfOut() {
    var tree = new MerkleTree(1, 0, 64);
    tree.replace(1, Fingerprint.NONE, new Fingerprint(3, 5));
    tree.replace(2, Fingerprint.NONE, new Fingerprint(3, 5));
    assertEquals(new Fingerprint(6, 10), tree.root());
  }

  @Test
  void whatMovesWithinAPartitionIsSeenThoughTheWholeSumIsTheSame() {
    var left = new MerkleTree(1, 0, 64);
    var right = new MerkleTree(1, 0, 64);
    left.replace(0, Fingerprint.NONE, new Fingerprint(3, 5));
    right.replace(-1, Fingerprint.NONE, new Fingerprint(3, 5));
    assertEquals(left.root(), right.root());
    assertFalse(left.agreesWith(right));
  }

  @Test
  void anEmptyPartitionTakesNoMemoryAndEmptyTreesAgree() {
    var tree = new MerkleTree(4, 1, 64);
    tree.replace(hashIn(4, 1), Fingerprint.NONE, Fingerprint.NONE);
    assertTrue(tree.isEmpty());
    assertTrue(tree.agreesWith(new MerkleTree(4, 1, 512)));
    assertSame(tree, tree.narrowedTo(64));
  }

  @ParameterizedTest
  @CsvSource({"0, 64", "1024, 64", "1025, 512", "8193, 4096", "65537, 32768", "9999999999, 32768"})
  void aLeafHasSixteenKeysAtTheMostUntilTheTreeIsAsWideAsItGets(long keys, int width) {
    assertEquals(width, MerkleTree.widthFor(keys));
  }

  @Test
  void treesKnowOnlyWhatWasBuiltAndTellWhenTheyWereWrong() {
    var trees = new Trees(4);
    var key = Key.of("default", "k");
    int partition = Partition.of(key, 4).index();
    var root = new Slice(partition, 1, 0);
    trees.changed(key, Fingerprint.NONE, new Fingerprint(1, 1));
    assertEquals(null, trees.sum(root));
    assertTrue(trees.rebuilt(partition, new MerkleTree(4, partition, 64)));
    trees.changed(key, Fingerprint.NONE, new Fingerprint(1, 1));
    assertEquals(new Fingerprint(1, 1), trees.sum(root));
    assertEquals(null, trees.sum(new Slice(partition, 128, 0)), "it is not that wide");
    assertEquals(null, trees.sum(new Slice(partition, 3, 0)), "no power of two");
    assertEquals(null, trees.sum(new Slice(4, 1, 0)), "no such partition");
    assertFalse(trees.rebuilt(partition, new MerkleTree(4, partition, 64)));
    assertEquals(1, trees.corrected());
    assertEquals(1, trees.built());
    trees.drop(partition);
    assertEquals(0, trees.built());
  }

  private void change(
      MerkleTree tree, NavigableMap<Long, Fingerprint> records, int partitions, int partition) {
    List<Long> known = new ArrayList<>(records.keySet());
    boolean fresh = known.isEmpty() || random.nextBoolean();
    long hash = fresh ? hashIn(partitions, partition) : known.get(random.nextInt(known.size()));
    var before = records.getOrDefault(hash, Fingerprint.NONE);
    var after = random.nextInt(4) == 0 ? Fingerprint.NONE : any();
    tree.replace(hash, before, after);
    if (after.equals(Fingerprint.NONE)) {
      records.remove(hash);
    } else {
      records.put(hash, after);
    }
  }

  private Fingerprint any() {
    // Small and large halves, so that carries and borrows come up.
    return new Fingerprint(random.nextLong(), random.nextBoolean() ? -1 : random.nextLong());
  }

  private long hashIn(int partitions, int partition) {
    var whole = new Slice(partition, 1, 0);
    long start = whole.startHash(partitions);
    long length = whole.endHash(partitions) - start;
    long offset =
        length == 0 ? random.nextLong() : Long.remainderUnsigned(random.nextLong(), length);
    return start + offset;
  }

  private static BigInteger model(
      NavigableMap<Long, Fingerprint> records, Slice slice, int partitions) {
    var sum = BigInteger.ZERO;
    for (var record : records.entrySet()) {
      long overall = Math.unsignedMultiplyHigh(record.getKey(), (long) partitions * slice.width());
      if (overall % slice.width() == slice.index()) {
        sum = sum.add(number(record.getValue()));
      }
    }
    return sum.mod(MODULUS);
  }

  private static BigInteger number(Fingerprint fingerprint) {
    var low = new BigInteger(Long.toUnsignedString(fingerprint.low()));
    return new BigInteger(Long.toUnsignedString(fingerprint.high())).shiftLeft(64).add(low);
  }
}
