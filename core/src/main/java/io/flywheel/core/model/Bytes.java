package io.flywheel.core.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HexFormat;

/** An immutable byte string, compared by content and ordered as unsigned bytes. */
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /** Takes ownership of {@code content}: the caller must not write to it any more. */
  public static Bytes wrap(byte[] content) {
    return content.length == 0 ? EMPTY : new Bytes(content);
  }

  public static Bytes utf8(String text) {
    return wrap(text.getBytes(UTF_8));
  }

  public int length() {
    return content.length;
  }

  public boolean isEmpty() {
    return content.length == 0;
  }

  public byte at(int index) {
    return content[index];
  }

  /** The bytes themselves, not a copy, for encoders and storage: read them, never write. */
  public byte[] array() {
    return content;
  }

  public String toUtf8() {
    return new String(content, UTF_8);
  }

  public String toHex() {
    return HexFormat.of().formatHex(content);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(content, other.content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return content.length <= 32 ? toHex() : content.length + " bytes";
  }
}
