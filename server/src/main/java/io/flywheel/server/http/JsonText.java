package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.Base64;

/** Writes the few forms of JSON that answers to clients are made of, straight into a buffer. */
final class JsonText {
  private static final byte[] HEXADECIMAL = "0123456789abcdef".getBytes(US_ASCII);

  /** What stands around a value. */
  private static final int NAMES_BYTES = 40;

  private static final int LONGEST_ESCAPE_BYTES = 6;

  private JsonText() {}

  /** Text that needs no escape: names and punctuation. */
  static void plain(ByteBuf out, String text) {
    out.writeCharSequence(text, US_ASCII);
  }

  static void string(ByteBuf out, String text) {
    string(out, text.getBytes(UTF_8));
  }

  /** A string whose bytes are known to be UTF-8. */
  static void string(ByteBuf out, byte[] text) {
    out.writeByte('"');
    int start = 0;
    for (int i = 0; i < text.length; i++) {
      byte value = text[i];
      if (value == '"' || value == '\\' || (value >= 0 && value < ' ')) {
        out.writeBytes(text, start, i - start);
        escape(out, value);
        start = i + 1;
      }
    }
    out.writeBytes(text, start, text.length - start);
    out.writeByte('"');
  }

  /** The members {@code value} and, for bytes that are no text, {@code encoding}. */
  static void value(ByteBuf out, byte[] value) {
    plain(out, "\"value\":");
    if (Utf8.isValid(value)) {
      string(out, value);
    } else {
      out.writeByte('"');
      out.writeBytes(Base64.getEncoder().encode(value));
      plain(out, "\",\"encoding\":\"base64\"");
    }
  }

  /** How many bytes {@link #value} writes at the most, names and quotes included. */
  static long valueBytes(byte[] value) {
    long bytes = (long) NAMES_BYTES + value.length;
    long escaped = bytes;
    for (byte each : value) {
      if (each == '"' || each == '\\' || (each >= 0 && each < ' ')) {
        escaped += LONGEST_ESCAPE_BYTES - 1;
      }
    }
    return Math.max(escaped, bytes + value.length / 3 + 3);
  }

  static void number(ByteBuf out, int value) {
    if (value >= 0 && value < 10) {
      out.writeByte('0' + value);
    } else {
      plain(out, Integer.toString(value));
    }
  }

  private static void escape(ByteBuf out, byte value) {
    out.writeByte('\\');
    switch (value) {
      case '"', '\\' -> out.writeByte(value);
      case '\b' -> out.writeByte('b');
      case '\f' -> out.writeByte('f');
      case '\n' -> out.writeByte('n');
      case '\r' -> out.writeByte('r');
      case '\t' -> out.writeByte('t');
      default -> {
        plain(out, "u00");
        out.writeByte(HEXADECIMAL[value >> 4]);
        out.writeByte(HEXADECIMAL[value & 0xf]);
      }
    }
  }
}
