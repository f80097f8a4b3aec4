package io.flywheel.ycsb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import site.ycsb.ByteIterator;
import site.ycsb.RandomByteIterator;
import site.ycsb.StringByteIterator;

final class FieldsTest {
  private static Map<String, ByteIterator> fields(String... namesAndContents) {
    var fields = new LinkedHashMap<String, ByteIterator>();
    for (int i = 0; i < namesAndContents.length; i += 2) {
      fields.put(namesAndContents[i], new StringByteIterator(namesAndContents[i + 1]));
    }
    return fields;
  }

  private static Map<String, String> decoded(byte[] value, @Nullable Set<String> wanted) {
    var result = new HashMap<String, ByteIterator>();
    Fields.decode(value, wanted, result);
    return StringByteIterator.getStringMap(result);
  }

  @Test
  void whatIsWrittenIsRead() {
    byte[] value = Fields.encode(fields("field0", "a", "field1", "", "größe", "7"));
    assertEquals(Map.of("field0", "a", "field1", "", "größe", "7"), decoded(value, null));
    assertEquals(Map.of("field1", ""), decoded(value, Set.of("field1", "field9")));
    assertEquals(Map.of(), decoded(Fields.encode(fields()), null));
  }

  /** Lengths around those that take another byte. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 100_000})
  void contentsOfAnyLength(int length) {
    String content = "x".repeat(length);
    byte[] value = Fields.encode(fields("before", "1", "it", content, "after", "2"));
    assertEquals(Map.of("before", "1", "it", content, "after", "2"), decoded(value, null));
  }

  @Test
  void tenFieldsOfAHundredBytesTake81MoreBytes() {
    var fields = new HashMap<String, ByteIterator>();
    for (int i = 0; i < 10; i++) {
      fields.put("field" + i, new RandomByteIterator(100));
    }
    assertEquals(1_081, Fields.encode(fields).length);
  }

  @Test
  void anUpdateKeepsTheOtherFields() {
    byte[] value = Fields.encode(fields("a", "1", "b", "2", "c", "3"));
    byte[] changed = Fields.replace(value, fields("b", "two", "d", "4"));
    assertEquals(Map.of("a", "1", "b", "two", "c", "3", "d", "4"), decoded(changed, null));
  }

  @Test
  void siblingsMergeTheSameInAnyOrder() {
    byte[] one = Fields.encode(fields("a", "1", "b", "9"));
    byte[] other = Fields.encode(fields("b", "10", "c", "3"));
    var both = Map.of("a", "1", "b", "9", "c", "3");
    assertEquals(both, decoded(Fields.merge(one, other), null));
    assertEquals(both, decoded(Fields.merge(other, one), null));
  }

  @Test
  void whatIsNoRecordIsRefused() {
    byte[] value = Fields.encode(fields("field0", "some content"));
    assertThrows(MalformedRecordException.class, () -> decoded(new byte[0], null));
    assertThrows(
        MalformedRecordException.class, () -> decoded("plain text".getBytes(ISO_8859_1), null));
    for (int length = 2; length < value.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(value, length);
      assertThrows(MalformedRecordException.class, () -> decoded(cut, null));
    }
    byte[] endless = {1, -1, -1, -1, -1, -1, -1};
    assertThrows(MalformedRecordException.class, () -> decoded(endless, null));
    byte[] negative = {1, -1, -1, -1, -1, 127};
    assertThrows(MalformedRecordException.class, () -> decoded(negative, null));
    assertArrayEquals(value, Fields.encode(fields("field0", "some content")));
  }
}
