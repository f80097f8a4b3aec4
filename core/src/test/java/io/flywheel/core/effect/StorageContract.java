package io.flywheel.core.effect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
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

  @Test
  void whatWasRemovedIsAbsentAndTheRestStays() throws IOException {
    storage.write(List.of(mutation(Table.DATA, "a", "1"), mutation(Table.DATA, "b", "2")));
    storage.write(List.of(Mutation.removal(Table.DATA, bytes("a"))));
    assertAbsent(Table.DATA, "a");
    assertHolds(Table.DATA, "b", "2");
    storage.sync();
    reopen();
    assertAbsent(Table.DATA, "a");
    assertHolds(Table.DATA, "b", "2");
  }

  @Test
  void withinOneWriteARemovalAndAValueHappenInTheirOrder() throws IOException {
    storage.write(
        List.of(
            mutation(Table.DATA, "gone", "1"),
            Mutation.removal(Table.DATA, bytes("gone")),
            Mutation.removal(Table.DATA, bytes("back")),
            mutation(Table.DATA, "back", "2")));
    assertAbsent(Table.DATA, "gone");
    assertHolds(Table.DATA, "back", "2");
  }

  @Test
  void aRemovalIsOfOneTableAlone() throws IOException {
    storage.write(List.of(mutation(Table.DATA, "key", "1"), mutation(Table.DEBTS, "key", "2")));
    storage.write(List.of(Mutation.removal(Table.DEBTS, bytes("key"))));
    assertHolds(Table.DATA, "key", "1");
    assertAbsent(Table.DEBTS, "key");
  }

  @Test
  void whatIsNotThereCanBeRemoved() throws IOException {
    storage.write(List.of(Mutation.removal(Table.LOSERS, bytes("never"))));
    storage.sync();
    assertAbsent(Table.LOSERS, "never");
  }

  @Test
  void metadataCanBeRemovedToo() throws IOException {
    storage.write(List.of(mutation(Table.METADATA, "a", "1"), mutation(Table.METADATA, "b", "2")));
    storage.write(List.of(Mutation.removal(Table.METADATA, bytes("a"))));
    storage.sync();
    reopen();
    assertEquals(new TreeMap<>(Map.of(bytes("b"), bytes("2"))), storage.metadata());
  }

  @Test
  void aCursorShowsARangeInItsOrderWithoutItsEnd() throws IOException {
    alphabet();
    assertEquals(List.of("b=B", "c=C"), texts(page("b", "d", 10, 1_000)));
    assertEquals(List.of("d=D", "e=E"), texts(page("cc", null, 10, 1_000)));
    assertEquals(List.of("a=A", "b=B", "c=C", "d=D", "e=E"), texts(page("", null, 10, 1_000)));
    assertEquals(List.of(), texts(page("f", null, 10, 1_000)));
    assertEquals(List.of(), texts(page("c", "c", 10, 1_000)));
    assertEquals(List.of(), texts(page("d", "b", 10, 1_000)));
  }

  @Test
  void theOrderIsThatOfUnsignedBytes() throws IOException {
    var keys = new ArrayList<Bytes>();
    for (int first : new int[] {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff}) {
      keys.add(Bytes.wrap(new byte[] {(byte) first}));
      keys.add(Bytes.wrap(new byte[] {(byte) first, 0}));
    }
    for (Bytes key : keys.reversed()) {
      storage.write(List.of(new Mutation(Table.DATA, key, Bytes.EMPTY)));
    }
    var page = page(Table.DATA, Bytes.EMPTY, null, 100, 1_000);
    assertEquals(keys, page.entries().stream().map(Scanned.Entry::storageKey).toList());
  }

  @Test
  void aPageEndsAfterSoManyEntriesAndSaysWhereTheNextBegins() throws IOException {
    alphabet();
    var first = page("a", null, 2, 1_000);
    assertEquals(List.of("a=A", "b=B"), texts(first));
    assertEquals(bytes("c"), first.next());
    var last = page("c", null, 3, 1_000);
    assertEquals(List.of("c=C", "d=D", "e=E"), texts(last));
    assertNull(last.next());
    assertNull(page("c", "e", 2, 1_000).next());
  }

  @Test
  void aPageEndsAfterSoManyBytesButHasAtLeastOneEntry() throws IOException {
    alphabet();
    var one = page("a", null, 10, 1);
    assertEquals(List.of("a=A"), texts(one));
    assertEquals(bytes("b"), one.next());
    assertEquals(List.of("a=A", "b=B"), texts(page("a", null, 10, 4)));
    assertEquals(List.of("a=A"), texts(page("a", null, 0, 0)));
  }

  @Test
  void pageAfterPageShowsEverythingOnce() throws IOException {
    var expected = new ArrayList<String>();
    for (int i = 0; i < 500; i++) {
      String key = "key%03d".formatted(i);
      storage.write(List.of(mutation(Table.DATA, key, "v" + i)));
      expected.add(key + "=v" + i);
    }
    var random = new SplittableRandom(3);
    var seen = new ArrayList<String>();
    Bytes from = Bytes.EMPTY;
    while (from != null) {
      var page = page(Table.DATA, from, null, 1 + random.nextInt(50), 1 + random.nextInt(400));
      seen.addAll(texts(page));
      from = page.next();
    }
    assertEquals(expected, seen);
  }

  @Test
  void aCursorShowsWhatWasWrittenBeforeItAndNothingLater() throws IOException {
    alphabet();
    storage.sync();
    storage.write(List.of(mutation(Table.DATA, "c", "not synced")));
    storage.write(List.of(Mutation.removal(Table.DATA, bytes("d"))));
    try (var cursor = storage.cursor(Table.DATA, bytes("b"), null)) {
      storage.write(
          List.of(
              mutation(Table.DATA, "bb", "later"),
              mutation(Table.DATA, "c", "later"),
              mutation(Table.DATA, "d", "later"),
              Mutation.removal(Table.DATA, bytes("e"))));
      storage.sync();
      var expected = List.of("b=B", "c=not synced", "e=E");
      assertEquals(expected, texts(page(cursor.read(10, 1_000))));
      storage.write(List.of(Mutation.removal(Table.DATA, bytes("b"))));
      assertEquals(expected, texts(page(cursor.read(10, 1_000))), "and once more");
    }
    assertEquals(List.of("bb=later", "c=later", "d=later"), texts(page("b", null, 10, 1_000)));
  }

  @Test
  void cursorsOfOtherTablesShowOtherRecords() throws IOException {
    alphabet();
    storage.write(List.of(mutation(Table.DEBTS, "b", "a debt")));
    assertEquals(List.of("b=a debt"), texts(page(Table.DEBTS, Bytes.EMPTY, null, 10, 1_000)));
    assertEquals(List.of(), texts(page(Table.LOSERS, Bytes.EMPTY, null, 10, 1_000)));
  }

  @Test
  void removalsInAnyOrderScanLikeAMap() throws IOException {
    storage.write(List.of(mutation(Table.METADATA, "name", "a disk that was begun")));
    var random = new SplittableRandom(11);
    var model = new TreeMap<String, String>();
    for (int i = 0; i < 2_000; i++) {
      String key = "key%02d".formatted(random.nextInt(80));
      if (random.nextInt(3) == 0) {
        storage.write(List.of(Mutation.removal(Table.DATA, bytes(key))));
        model.remove(key);
      } else {
        storage.write(List.of(mutation(Table.DATA, key, "value" + i)));
        model.put(key, "value" + i);
      }
      if (i % 500 == 499) {
        storage.sync();
        reopen();
        var expected = new ArrayList<String>();
        model.forEach((name, value) -> expected.add(name + "=" + value));
        assertEquals(expected, texts(page("", null, 1_000, 1 << 20)));
      }
    }
  }

  private void alphabet() throws IOException {
    for (String letter : List.of("d", "a", "e", "c", "b")) {
      storage.write(List.of(mutation(Table.DATA, letter, letter.toUpperCase(Locale.ROOT))));
    }
  }

  private Scanned.Page page(String from, @Nullable String to, int maxEntries, int maxBytes) {
    var end = to == null ? null : bytes(to);
    return page(Table.DATA, bytes(from), end, maxEntries, maxBytes);
  }

  private Scanned.Page page(
      Table table, Bytes from, @Nullable Bytes to, int maxEntries, int maxBytes) {
    try (var cursor = storage.cursor(table, from, to)) {
      return page(cursor.read(maxEntries, maxBytes));
    }
  }

  private static Scanned.Page page(Scanned read) {
    return assertInstanceOf(Scanned.Page.class, read);
  }

  private static List<String> texts(Scanned.Page page) {
    var texts = new ArrayList<String>();
    for (var entry : page.entries()) {
      texts.add(entry.storageKey().toUtf8() + "=" + entry.value().toUtf8());
    }
    return texts;
  }

  private void assertAbsent(Table table, String key) {
    assertInstanceOf(Loaded.Absent.class, storage.load(table, bytes(key)));
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
