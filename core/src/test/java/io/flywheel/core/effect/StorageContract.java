package io.flywheel.core.effect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Storage} promises. A disk passes it by extending it. */
public abstract class StorageContract {
  private Storage storage;

  /** Opens the test's one disk: empty at first, then with what was left on it. */
  protected abstract Storage open() throws IOException;

  @BeforeEach
  void openTheDisk() throws IOException {
    storage = open();
  }

  @AfterEach
  void closeTheDisk() {
    storage.close();
  }

  @Test
  void whatWasNeverWrittenIsAbsent() {
    for (Table table : Table.values()) {
      assertInstanceOf(Loaded.Absent.class, storage.load(table, bytes("key")));
    }
  }

  @Test
  void aWriteIsReadBackBeforeAnySync() throws IOException {
    storage.write(List.of(mutation(Table.DATA, "key", "value")));
    assertHolds(Table.DATA, "key", "value");
  }

  @Test
  void theLaterWriteOfAKeyIsTheOneThatIsRead() throws IOException {
    storage.write(List.of(mutation(Table.DATA, "key", "first")));
    storage.write(List.of(mutation(Table.DATA, "key", "second")));
    assertHolds(Table.DATA, "key", "second");
  }

  @Test
  void withinOneWriteTheLaterMutationOfAKeyWins() throws IOException {
    storage.write(
        List.of(
            mutation(Table.DATA, "key", "first"),
            mutation(Table.DATA, "key", "second"),
            mutation(Table.DATA, "other", "untouched")));
    assertHolds(Table.DATA, "key", "second");
    assertHolds(Table.DATA, "other", "untouched");
  }

  @Test
  void tablesDoNotMeet() throws IOException {
    var mutations = new ArrayList<Mutation>();
    for (Table table : Table.values()) {
      mutations.add(mutation(table, "key", "in " + table));
    }
    storage.write(mutations);
    for (Table table : Table.values()) {
      assertHolds(table, "key", "in " + table);
    }
  }

  @Test
  void keysAndValuesAreAnyBytes() throws IOException {
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    Bytes anything = Bytes.wrap(every);
    storage.write(List.of(new Mutation(Table.DATA, anything, anything)));
    assertEquals(new Loaded.Value(anything), storage.load(Table.DATA, anything));
  }

  @Test
  void anEmptyValueIsNotAbsent() throws IOException {
    storage.write(List.of(new Mutation(Table.DATA, bytes("key"), Bytes.EMPTY)));
    assertEquals(new Loaded.Value(Bytes.EMPTY), storage.load(Table.DATA, bytes("key")));
  }

  @Test
  void aLargeValueComesBackWhole() throws IOException {
    byte[] content = new byte[17 << 20];
    var random = new SplittableRandom(1);
    random.nextBytes(content);
    Bytes large = Bytes.wrap(content);
    storage.write(List.of(new Mutation(Table.DATA, bytes("key"), large)));
    storage.sync();
    assertEquals(new Loaded.Value(large), storage.load(Table.DATA, bytes("key")));
    reopen();
    assertEquals(new Loaded.Value(large), storage.load(Table.DATA, bytes("key")));
  }

  @Test
  void whatWasSyncedIsThereAfterReopening() throws IOException {
    storage.write(
        List.of(mutation(Table.DATA, "key", "old"), mutation(Table.METADATA, "name", "metadata")));
    storage.write(List.of(mutation(Table.DATA, "key", "new"), mutation(Table.DEBTS, "debt", "1")));
    storage.sync();
    reopen();
    assertHolds(Table.DATA, "key", "new");
    assertHolds(Table.METADATA, "name", "metadata");
    assertHolds(Table.DEBTS, "debt", "1");
    assertInstanceOf(Loaded.Absent.class, storage.load(Table.DATA, bytes("another")));
  }

  @Test
  void aSyncOfNothingIsFine() throws IOException {
    storage.sync();
    storage.write(List.of());
    storage.sync();
    storage.sync();
  }

  @Test
  void metadataIsAllThatItsTableHolds() throws IOException {
    assertEquals(Collections.emptyMap(), storage.metadata());
    storage.write(
        List.of(
            mutation(Table.METADATA, "b", "2"),
            mutation(Table.DATA, "c", "not metadata"),
            mutation(Table.METADATA, "a", "1")));
    storage.sync();
    var expected = new TreeMap<Bytes, Bytes>();
    expected.put(bytes("a"), bytes("1"));
    expected.put(bytes("b"), bytes("2"));
    assertEquals(expected, storage.metadata());
    reopen();
    assertEquals(expected, storage.metadata());
  }

  @Test
  void aThousandWritesInAnyOrderReadLikeAMap() throws IOException {
    var random = new SplittableRandom(7);
    var model = new TreeMap<String, String>();
    for (int i = 0; i < 1_000; i++) {
      var mutations = new ArrayList<Mutation>();
      for (int j = random.nextInt(4); j >= 0; j--) {
        String key = "key" + random.nextInt(100);
        String value = "value" + i + "-" + j;
        mutations.add(mutation(Table.DATA, key, value));
        model.put(key, value);
      }
      storage.write(mutations);
      if (random.nextInt(100) == 0) {
        storage.sync();
      }
    }
    storage.sync();
    reopen();
    for (var entry : model.entrySet()) {
      assertHolds(Table.DATA, entry.getKey(), entry.getValue());
    }
  }

  private void reopen() throws IOException {
    storage.close();
    storage = open();
  }

  private void assertHolds(Table table, String key, String value) {
    assertEquals(new Loaded.Value(bytes(value)), storage.load(table, bytes(key)));
  }

  private static Mutation mutation(Table table, String key, String value) {
    return new Mutation(table, bytes(key), bytes(value));
  }

  private static Bytes bytes(String text) {
    return Bytes.utf8(text);
  }
}
