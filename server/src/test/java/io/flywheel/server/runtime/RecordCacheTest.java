package io.flywheel.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import org.junit.jupiter.api.Test;

final class RecordCacheTest {
  private static final Bytes CART = bytes("cart");
  private static final Bytes MILK = bytes("milk");
  private static final Bytes EGGS = bytes("eggs");

  private final RecordCache cache = new RecordCache(new RecordRing(100, 10));

  @Test
  void whatWasReadIsFoundAgain() {
    assertNull(cache.find(Table.DATA, CART));
    cache.read(Table.DATA, CART, MILK);
    assertEquals(MILK, cache.find(Table.DATA, CART));
  }

  @Test
  void whatIsWrittenReplacesWhatWasRead() {
    cache.read(Table.DATA, CART, MILK);
    cache.write(new Mutation(Table.DATA, CART, EGGS));
    assertEquals(EGGS, cache.find(Table.DATA, CART));
  }

  @Test
  void whatIsRemovedIsForgotten() {
    cache.read(Table.DATA, CART, MILK);
    cache.write(Mutation.removal(Table.DATA, CART));
    assertNull(cache.find(Table.DATA, CART));
  }

  @Test
  void whatIsWrittenIsTakenUpAsLongAsThereIsRoom() {
    cache.write(new Mutation(Table.DATA, CART, EGGS));
    assertEquals(EGGS, cache.find(Table.DATA, CART));
    for (int i = 0; i < 100; i++) {
      cache.write(new Mutation(Table.DATA, bytes("key-" + i), MILK));
    }
    assertEquals(EGGS, cache.find(Table.DATA, CART), "nobody has read the others");
    assertNull(cache.find(Table.DATA, bytes("key-99")));
  }

  @Test
  void otherTablesHaveKeysOfTheirOwn() {
    cache.read(Table.DEBTS, CART, MILK);
    assertNull(cache.find(Table.DEBTS, CART));
    cache.read(Table.DATA, CART, MILK);
    cache.write(new Mutation(Table.DEBTS, CART, EGGS));
    assertNull(cache.find(Table.DEBTS, CART));
    assertEquals(MILK, cache.find(Table.DATA, CART));
  }

  @Test
  void whatIsAskedForAgainAndAgainStays() {
    for (int i = 0; i < 100; i++) {
      readTwice(bytes("key-" + i));
      assertNotNull(cache.find(Table.DATA, bytes("key-0")), "it is asked for all the time");
    }
    assertNull(cache.find(Table.DATA, bytes("key-1")));
    assertNotNull(cache.find(Table.DATA, bytes("key-99")));
  }

  @Test
  void whatIsReadOnceDrivesNothingOut() {
    cache.read(Table.DATA, CART, MILK);
    for (int i = 0; i < 100; i++) {
      cache.read(Table.DATA, bytes("key-" + i), MILK);
    }
    assertEquals(MILK, cache.find(Table.DATA, CART));
    assertNull(cache.find(Table.DATA, bytes("key-99")), "there was no room");
    readTwice(bytes("key-99"));
    assertNotNull(cache.find(Table.DATA, bytes("key-99")));
  }

  @Test
  void whatGrowsTooLargeIsForgotten() {
    cache.read(Table.DATA, CART, MILK);
    cache.write(new Mutation(Table.DATA, CART, Bytes.wrap(new byte[1 << 20])));
    assertNull(cache.find(Table.DATA, CART));
  }

  @Test
  void largeRecordsDriveNothingOut() {
    cache.read(Table.DATA, CART, MILK);
    cache.read(Table.DATA, bytes("film"), Bytes.wrap(new byte[1 << 20]));
    assertNull(cache.find(Table.DATA, bytes("film")));
    assertEquals(MILK, cache.find(Table.DATA, CART));
  }

  @Test
  void takesAFourthOfWhatTheJvmMayHaveOutsideItsHeap() {
    RecordCache little = RecordCache.within(8 << 20);
    var record = Bytes.wrap(new byte[30 << 10]);
    for (int i = 0; i < 100; i++) {
      little.read(Table.DATA, bytes("key-" + i), record);
    }
    assertNotNull(little.find(Table.DATA, bytes("key-67")), "34 of 30 KiB in each of two chunks");
    assertNull(little.find(Table.DATA, bytes("key-68")));
  }

  @Test
  void doesWithoutWhereThereIsNoMemory() {
    RecordCache none = RecordCache.within(1 << 20);
    none.read(Table.DATA, CART, MILK);
    assertNull(none.find(Table.DATA, CART));
  }

  private void readTwice(Bytes key) {
    cache.read(Table.DATA, key, MILK);
    cache.read(Table.DATA, key, MILK);
  }

  private static Bytes bytes(String text) {
    return Bytes.utf8(text);
  }
}
