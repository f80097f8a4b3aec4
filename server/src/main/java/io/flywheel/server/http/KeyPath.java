package io.flywheel.server.http;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a key from the end of a raw path: {@code key} or {@code namespace/key}. Nothing is folded:
 * {@code +} is a plus, {@code ;} a semicolon, a slash within a key is {@code %2F}, and an empty
 * segment is an empty name and not a typing error. Bytes beyond ASCII may stand there unescaped, as
 * curl sends them.
 */
public final class KeyPath {
  private KeyPath() {}

  /**
   * The key that the path names from {@code start} on.
   *
   * @throws ProblemException with what is wrong; a name that no namespace can have is an unknown
   *     one
   */
  public static Key parse(RequestHead head, int start) throws ProblemException {
    if (head.query() != null) {
      throw malformed("a '?' in a key is written %3F; there are no query parameters here");
    }
    return parse(head.path(), start);
  }

  static Key parse(String path, int start) throws ProblemException {
    int slash = path.indexOf('/', start);
    if (slash < 0) {
      return new Key(NamespaceSettings.DEFAULT.name(), key(path, start));
    }
    if (path.indexOf('/', slash + 1) >= 0) {
      throw malformed("a path has a namespace and a key; a '/' within either is written %2F");
    }
    return new Key(namespace(path, start, slash), key(path, slash + 1));
  }

  private static String namespace(String path, int start, int end) throws ProblemException {
    byte[] name = decode(path, start, end);
    if (name.length == 0) {
      throw malformed("the namespace is empty");
    }
    if (name.length > NamespaceSettings.MAX_NAME_BYTES || !Utf8.isValid(name)) {
      throw new ProblemException(ProblemType.UNKNOWN_NAMESPACE, "no namespace has such a name");
    }
    return Bytes.wrap(name).toUtf8();
  }

  private static Bytes key(String path, int start) throws ProblemException {
    byte[] key = decode(path, start, path.length());
    String fault = fault(key);
    if (fault != null) {
      throw malformed(fault);
    }
    return Bytes.wrap(key);
  }

  /** What is wrong with these bytes as a key, in any protocol; null if nothing is. */
  public static @Nullable String fault(byte[] key) {
    if (key.length == 0) {
      return "the key is empty";
    }
    if (key.length > Key.MAX_BYTES) {
      return "the key has " + key.length + " bytes, which is more than 1,024";
    }
    if (key[0] == '.' && (key.length == 1 || (key.length == 2 && key[1] == '.'))) {
      return "'.' and '..' are steps of a path and no keys";
    }
    for (byte each : key) {
      if ((each >= 0 && each < ' ') || each == 0x7f) {
        return "control characters (00 to 1F, 7F) are not taken";
      }
    }
    return null;
  }

  private static byte[] decode(String path, int start, int end) throws ProblemException {
    var bytes = new byte[end - start];
    int length = 0;
    for (int i = start; i < end; i++) {
      int value = path.charAt(i);
      if (value == '%') {
        if (i + 2 >= end) {
          throw malformed("a '%' is followed by two hexadecimal digits, or written %25");
        }
        value = digit(path.charAt(i + 1)) << 4 | digit(path.charAt(i + 2));
        i += 2;
      }
      if (value < ' ' || value == 0x7f || value > 0xff) {
        throw malformed("control characters (%00 to %1F, %7F) are not taken");
      }
      bytes[length++] = (byte) value;
    }
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  private static int digit(char hexadecimal) throws ProblemException {
    int digit = hexadecimal < 0x80 ? Character.digit(hexadecimal, 16) : -1;
    if (digit < 0) {
      throw malformed("a '%' is followed by two hexadecimal digits, or written %25");
    }
    return digit;
  }

  private static ProblemException malformed(String detail) {
    return new ProblemException(ProblemType.MALFORMED_KEY, detail);
  }
}
