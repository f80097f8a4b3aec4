package io.flywheel.ycsb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import site.ycsb.ByteArrayByteIterator;
import site.ycsb.ByteIterator;

/**
 * The fields of a record in one value: a byte for the format, and then for each field its name and
 * its content, each after its length. Lengths are written seven bits at a time, the lowest first,
 * and all but the last byte have the highest bit set: one byte up to 127.
 *
 * <p>Reading copies nothing: what it finds are windows on the value.
 */
final class Fields {
  private static final byte FORMAT = 1;

  private Fields() {}

  /** A field that was found in a value. */
  private static final class Window {
    private final byte[] value;
    private final String name;
    private final int start;
    private final int end;

    Window(byte[] value, String name, int start, int end) {
      this.value = value;
      this.name = name;
      this.start = start;
      this.end = end;
    }

    int length() {
      return end - start;
    }
  }

  /** All of these fields as one value. */
  static byte[] encode(Map<String, ByteIterator> fields) {
    return encode(List.of(), fields);
  }

  /**
   * The value with these fields changed, or added.
   *
   * @throws MalformedRecordException where the value is no record
   */
  static byte[] replace(byte[] value, Map<String, ByteIterator> changed) {
    List<Window> kept = windows(value);
    kept.removeIf(field -> changed.containsKey(field.name));
    return encode(kept, changed);
  }

  /**
   * Siblings as one value. Where they differ in a field the greater content counts, so that all who
   * merge them get the same.
   */
  static byte[] merge(byte[] one, byte[] other) {
    var fields = new LinkedHashMap<String, Window>();
    for (Window field : windows(one)) {
      fields.put(field.name, field);
    }
    for (Window field : windows(other)) {
      fields.merge(field.name, field, Fields::greater);
    }
    return encode(fields.values(), Map.of());
  }

  private static Window greater(Window one, Window other) {
    int order =
        Arrays.compareUnsigned(one.value, one.start, one.end, other.value, other.start, other.end);
    return order >= 0 ? one : other;
  }

  /**
   * Adds the fields of a value to a result.
   *
   * @param wanted null for all
   * @throws MalformedRecordException where the value is no record
   */
  static void decode(byte[] value, @Nullable Set<String> wanted, Map<String, ByteIterator> result) {
    for (Window field : windows(value)) {
      if (wanted == null || wanted.contains(field.name)) {
        result.put(field.name, new ByteArrayByteIterator(value, field.start, field.length()));
      }
    }
  }

  private static byte[] encode(Iterable<Window> kept, Map<String, ByteIterator> written) {
    int size = 1;
    for (Window field : kept) {
      size += size(field.name.getBytes(UTF_8).length) + size(field.length());
    }
    for (Map.Entry<String, ByteIterator> field : written.entrySet()) {
      size += size(field.getKey().getBytes(UTF_8).length) + size(length(field.getValue()));
    }
    var value = new byte[size];
    value[0] = FORMAT;
    int at = 1;
    for (Window field : kept) {
      at = name(value, at, field.name);
      at = number(value, at, field.length());
      System.arraycopy(field.value, field.start, value, at, field.length());
      at += field.length();
    }
    for (Map.Entry<String, ByteIterator> field : written.entrySet()) {
      at = name(value, at, field.getKey());
      at = number(value, at, length(field.getValue()));
      at = field.getValue().nextBuf(value, at);
    }
    if (at != size) {
      throw new IllegalArgumentException("a field was shorter or longer than it said");
    }
    return value;
  }

  private static int length(ByteIterator content) {
    return Math.toIntExact(content.bytesLeft());
  }

  private static int size(int length) {
    int bytes = 1;
    for (int rest = length >>> 7; rest != 0; rest >>>= 7) {
      bytes++;
    }
    return bytes + length;
  }

  private static int name(byte[] value, int at, String name) {
    byte[] bytes = name.getBytes(UTF_8);
    int start = number(value, at, bytes.length);
    System.arraycopy(bytes, 0, value, start, bytes.length);
    return start + bytes.length;
  }

  private static int number(byte[] value, int at, int number) {
    int next = at;
    int rest = number;
    while (rest > 0x7f) {
      value[next++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    value[next++] = (byte) rest;
    return next;
  }

  private static List<Window> windows(byte[] value) {
    if (value.length == 0 || value[0] != FORMAT) {
      throw new MalformedRecordException("a value that YCSB has not written");
    }
    var cursor = new Cursor(value);
    List<Window> windows = new ArrayList<>();
    while (cursor.at < value.length) {
      int name = cursor.length();
      int nameStart = cursor.skip(name);
      int content = cursor.length();
      int start = cursor.skip(content);
      windows.add(
          new Window(value, new String(value, nameStart, name, UTF_8), start, start + content));
    }
    return windows;
  }

  private static final class Cursor {
    private final byte[] value;
    private int at = 1;

    Cursor(byte[] value) {
      this.value = value;
    }

    int length() {
      int length = 0;
      for (int shift = 0; shift < 35 && at < value.length; shift += 7) {
        byte next = value[at++];
        length |= (next & 0x7f) << shift;
        if (next >= 0) {
          return length;
        }
      }
      throw new MalformedRecordException("a length that does not end");
    }

    /** Returns where the bytes that it skips begin. */
    int skip(int bytes) {
      if (bytes < 0 || bytes > value.length - at) {
        throw new MalformedRecordException("a length beyond the end of the value");
      }
      int start = at;
      at += bytes;
      return start;
    }
  }
}
