package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Key;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys and tokens fall into Q equal parts of the ring (Dynamo 6.2). */
class PartitionTest {
  private static final int[] COUNTS = {1, 2, 3, 7, 64, 1000, 4096, 65_535, 65_536};

  @ParameterizedTest
  @CsvSource({
    "3, 4096",
    "16, 4096",
    "17, 8192",
    "64, 16384",
    "100, 32768",
    "256, 65536",
    "65535, 65536"
  })
  void thereAre256ForEachNodeAsFarAsThereCanBeSoMany(int nodes, int partitions) {
    assertEquals(partitions, Partition.countFor(nodes));
  }

  @Test
  void aTokenIsWrittenAsItsHexadecimalDigits() {
    assertEquals("000000000000000fffffffffffffffff", new Token(15, -1).toString());
  }

  @Test
  void tokensAreUnsigned() {
    assertTrue(new Token(-1, 0).compareTo(new Token(1, 0)) > 0);
    assertTrue(new Token(1, -1).compareTo(new Token(1, 1)) > 0);
    assertEquals(0, new Token(1, 2).compareTo(new Token(1, 2)));
  }

  @Test
  void aKeyAndItsTokenFallIntoTheSamePartition() {
    for (int i = 0; i < 1000; i++) {
      Key key = Key.of("default", "key-" + i);
      for (int count : COUNTS) {
        assertEquals(Partition.of(Token.of(key), count), Partition.of(key, count));
      }
    }
  }

  @Test
  void theFirstAndTheLastTokenFallIntoTheFirstAndTheLastPartition() {
    for (int count : COUNTS) {
      assertEquals(new Partition(0), Partition.of(new Token(0, 0), count));
      assertEquals(new Partition(count - 1), Partition.of(new Token(-1, -1), count));
    }
  }

  @Test
  void aPartitionBeginsAtItsStartAndNotOneTokenBefore() {
    for (int count : COUNTS) {
      for (int i = 0; i < count; i += Math.max(1, count / 500)) {
        var partition = new Partition(i);
        Token start = partition.start(count);
        assertEquals(partition, Partition.of(start, count));
        if (i > 0) {
          var before = new Token(start.high() - 1, -1);
          assertEquals(new Partition(i - 1), Partition.of(before, count));
        }
      }
    }
  }

  @Test
  void thePartitionIsTheUpperHalfOfTheProduct() {
    var random = new SplittableRandom(1);
    for (int i = 0; i < 1000; i++) {
      long high = random.nextLong();
      int count = random.nextInt(1, Partition.MOST + 1);
      var product = new BigInteger(Long.toUnsignedString(high)).multiply(BigInteger.valueOf(count));
      int expected = product.shiftRight(64).intValueExact();
      assertEquals(expected, Partition.of(new Token(high, 0), count).index());
    }
  }

  @Test
  void keysSpreadEvenly() {
    var counts = new int[64];
    for (int i = 0; i < 64_000; i++) {
      counts[Partition.of(Key.of("default", "user:" + i), 64).index()]++;
    }
    for (int count : counts) {
      assertTrue(count > 800 && count < 1200, () -> count + " of 64,000 keys on one of 64 parts");
    }
  }

  @Test
  void impossibleCountsAndIndexesAreRefused() {
    var token = new Token(0, 0);
    assertThrows(IllegalArgumentException.class, () -> Partition.of(token, 0));
    assertThrows(IllegalArgumentException.class, () -> Partition.of(token, 65_537));
    assertThrows(IllegalArgumentException.class, () -> new Partition(-1));
    assertThrows(IllegalArgumentException.class, () -> new Partition(65_536));
    assertThrows(IllegalArgumentException.class, () -> new Partition(4).start(4));
  }
}
