package io.flywheel.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Bytes;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordRingTest {
  private static final int KEYS = 3_000;
  private static final int STEPS = 60_000;

  /** Whatever is found is what was put last; nothing that was removed is found. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void findsWhatWasPutLastOrNothing(long seed) {
    var random = new SplittableRandom(seed);
    var ring = new RecordRing(1_000, random.nextInt(1, 60));
    Map<Bytes, Bytes> put = new HashMap<>();
    int found = 0;
    for (int step = 0; step < STEPS; step++) {
      Bytes key = key(random.nextInt(random.nextBoolean() ? KEYS : 50));
      switch (random.nextInt(8)) {
        case 0 -> {
          ring.remove(key);
          put.remove(key);
        }
        case 1, 2, 3 -> {
          Bytes record = record(random);
          ring.put(key, record);
          put.put(key, record);
        }
        default -> {
          assertEquals(ring.holds(key), ring.find(key) != null);
          Bytes record = ring.find(key);
          if (record != null) {
            assertEquals(put.get(key), record);
            found++;
          }
        }
      }
    }
    long held = put.keySet().stream().filter(ring::holds).count();
    assertEquals(held, ring.size());
    assertTrue(found > STEPS / 100, found + " found");
    assertTrue(ring.bytes() <= 60_000);
  }

  @Test
  void keepsAllWhileThereIsRoom() {
    var ring = new RecordRing(1_000, 100);
    int entries = 0;
    while (ring.hasRoom(key(entries), Bytes.utf8("milk"))) {
      ring.put(key(entries++), Bytes.utf8("milk"));
    }
    assertEquals(entries, ring.size());
    assertEquals(100_000, ring.bytes());
    ring.put(key(entries), Bytes.utf8("milk"));
    assertNull(ring.find(key(0)), "it was the first to come");
    assertFalse(ring.hasRoom(key(0), Bytes.utf8("milk")), "it has none of its own any more");
  }

  @Test
  void aWriteTurnsFewChunksThoughAllWasAskedForAgain() {
    var ring = new RecordRing(120, 8); // two entries each
    for (int i = 0; i < 16; i++) {
      ring.put(key(i), Bytes.utf8("milk"));
      ring.find(key(i));
    }
    ring.put(key(16), Bytes.utf8("milk"));
    for (int i = 0; i < 16; i++) {
      assertEquals(i != 4 && i != 5, ring.holds(key(i)), "the third chunk gave up all: " + i);
    }
    assertTrue(ring.holds(key(16)));
    assertEquals(15, ring.size());
  }

  @Test
  void keepsWhatIsAskedForWhenItsTurnComes() {
    var ring = new RecordRing(100, 4);
    ring.put(key(0), Bytes.utf8("milk"));
    for (int i = 1; i < 1_000; i++) {
      assertEquals(Bytes.utf8("milk"), ring.find(key(0)), "after " + i);
      ring.put(key(i), Bytes.utf8("eggs"));
    }
  }

  @Test
  void takesNoEntryThatIsLargerThanChunks() {
    var ring = new RecordRing(100, 4);
    ring.put(key(1), Bytes.utf8("milk"));
    ring.put(key(1), Bytes.wrap(new byte[100]));
    assertNull(ring.find(key(1)), "what it knew is not true any more");
  }

  @Test
  void doesWithTheMemoryThatThereIs() {
    int[] left = {2};
    var ring =
        new RecordRing(
            100,
            4,
            bytes -> {
              if (left[0]-- == 0) {
                throw new OutOfMemoryError("no direct memory");
              }
              return ByteBuffer.allocate(bytes);
            });
    for (int i = 0; i < 100; i++) {
      ring.put(key(i), Bytes.utf8("milk"));
      assertEquals(Bytes.utf8("milk"), ring.find(key(i)));
    }
    assertEquals(200, ring.bytes());
  }

  @Test
  void doesWithoutMemory() {
    var ring =
        new RecordRing(
            100,
            4,
            bytes -> {
              throw new OutOfMemoryError("no direct memory");
            });
    ring.put(key(1), Bytes.utf8("milk"));
    assertNull(ring.find(key(1)));
  }

  private static Bytes record(SplittableRandom random) {
    var record = new byte[random.nextInt(10) == 0 ? random.nextInt(900) : random.nextInt(20, 24)];
    random.nextBytes(record);
    return Bytes.wrap(record);
  }

  private static Bytes key(int number) {
    return Bytes.utf8("key-" + number);
  }
}
