package io.flywheel.server.http;

import io.flywheel.core.model.Bytes;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the one JSON document that a request may carry: an object with some of the members {@code
 * value}, {@code context} and {@code encoding}, each a string and there once.
 *
 * <p>It works on the bytes as they came, so that a value becomes bytes without ever having been
 * characters: one look for its closing quote, one copy. Nothing nests, so there is no depth to
 * bound. What a general parser would forgive is refused: bytes that are not UTF-8, half of a
 * surrogate pair, members that it does not know, anything after the closing brace.
 *
 * @param value decoded, from base64 too; null where it was not there
 */
public record JsonBody(@Nullable Bytes value, @Nullable String context) {
  private static final List<String> MEMBERS = List.of("value", "context", "encoding");

  /** A unit of UTF-16, escaped: a backslash, a u, four digits. */
  private static final int UNIT_BYTES = 6;

  private static final int VALUE = 0;
  private static final int CONTEXT = 1;
  private static final int ENCODING = 2;
  private static final Bytes BASE64 = Bytes.utf8("base64");

  public static JsonBody parse(byte[] body) throws ProblemException {
    if (!Utf8.isValid(body)) {
      throw malformed("JSON is text in UTF-8; send other bytes in base64, or with a Content-Type");
    }
    return new Reader(body).read();
  }

  private static ProblemException malformed(String detail) {
    return new ProblemException(ProblemType.MALFORMED_BODY, detail);
  }

  private static final class Reader {
    private final byte[] body;
    private int at;

    Reader(byte[] body) {
      this.body = body;
    }

    JsonBody read() throws ProblemException {
      var members = new @Nullable Bytes[MEMBERS.size()];
      skipBlanks();
      expect('{', "a JSON object, {\"value\": \"...\"}");
      skipBlanks();
      if (peek() == '}') {
        at++;
      } else {
        readMember(members);
        while (peek() == ',') {
          at++;
          skipBlanks();
          readMember(members);
        }
        expect('}', "',' or '}'");
      }
      skipBlanks();
      if (at < body.length) {
        throw unexpected("the end");
      }
      return new JsonBody(value(members[VALUE], members[ENCODING]), text(members[CONTEXT]));
    }

    private void readMember(@Nullable Bytes[] members) throws ProblemException {
      String name = Bytes.wrap(readString("a member's name")).toUtf8();
      int member = MEMBERS.indexOf(name);
      if (member < 0) {
        throw malformed("the members are value, context and encoding, and nothing else");
      }
      if (members[member] != null) {
        throw malformed("the member " + name + " is there twice");
      }
      skipBlanks();
      expect(':', "':'");
      skipBlanks();
      members[member] = Bytes.wrap(readString("a string as the " + name));
      skipBlanks();
    }

    private byte[] readString(String what) throws ProblemException {
      expect('"', what);
      int start = at;
      int escapes = 0;
      while (at < body.length && body[at] != '"') {
        int value = body[at];
        if (value >= 0 && value < ' ') {
          throw malformed("a control character in a string, at byte " + at);
        }
        if (value == '\\') {
          escapes++;
          at++;
        }
        at++;
      }
      if (at >= body.length) {
        throw malformed("a string without an end, from byte " + (start - 1));
      }
      int end = at++;
      return escapes == 0 ? Arrays.copyOfRange(body, start, end) : unescape(start, end);
    }

    private byte[] unescape(int start, int end) throws ProblemException {
      // An escape is never shorter than what it stands for.
      var text = new byte[end - start];
      int length = 0;
      int from = start;
      while (from < end) {
        if (body[from] != '\\') {
          text[length++] = body[from++];
        } else if (body[from + 1] != 'u') {
          text[length++] = escaped(from + 1);
          from += 2;
        } else {
          int character = character(from, end);
          length = append(text, length, character);
          from += Character.charCount(character) * UNIT_BYTES;
        }
      }
      return Arrays.copyOf(text, length);
    }

    /** The character whose one or two units are written from {@code start} on. */
    private int character(int start, int end) throws ProblemException {
      char high = unit(start, end);
      if (!Character.isSurrogate(high)) {
        return high;
      }
      int next = start + UNIT_BYTES;
      boolean paired = next + 1 < end && body[next] == '\\' && body[next + 1] == 'u';
      char low = paired ? unit(next, end) : 0;
      if (!Character.isSurrogatePair(high, low)) {
        throw malformed("half of a surrogate pair, at byte " + start);
      }
      return Character.toCodePoint(high, low);
    }

    private byte escaped(int index) throws ProblemException {
      return switch (body[index]) {
        case '"', '\\', '/' -> body[index];
        case 'b' -> '\b';
        case 'f' -> '\f';
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        default -> throw malformed("an unknown escape, at byte " + index);
      };
    }

    private char unit(int start, int end) throws ProblemException {
      int unit = 0;
      for (int i = start + 2; i < start + UNIT_BYTES; i++) {
        int digit = i < end && body[i] >= 0 ? Character.digit(body[i], 16) : -1;
        if (digit < 0) {
          throw malformed("four hexadecimal digits expected, at byte " + i);
        }
        unit = unit << 4 | digit;
      }
      return (char) unit;
    }

    private static int append(byte[] text, int start, int character) {
      int length = start;
      if (character < 0x80) {
        text[length++] = (byte) character;
        return length;
      }
      if (character < 0x800) {
        text[length++] = (byte) (0xc0 | (character >> 6));
      } else if (character < 0x10000) {
        text[length++] = (byte) (0xe0 | (character >> 12));
        text[length++] = continuation(character >> 6);
      } else {
        text[length++] = (byte) (0xf0 | (character >> 18));
        text[length++] = continuation(character >> 12);
        text[length++] = continuation(character >> 6);
      }
      text[length++] = continuation(character);
      return length;
    }

    private static byte continuation(int bits) {
      return (byte) (0x80 | (bits & 0x3f));
    }

    private int peek() {
      return at < body.length ? body[at] : -1;
    }

    private void skipBlanks() {
      int next = peek();
      while (next == ' ' || next == '\n' || next == '\r' || next == '\t') {
        at++;
        next = peek();
      }
    }

    private void expect(char wanted, String what) throws ProblemException {
      if (peek() != wanted) {
        throw unexpected(what);
      }
      at++;
    }

    private ProblemException unexpected(String wanted) {
      return malformed(
          at >= body.length
              ? "cut short where " + wanted + " was expected"
              : wanted + " expected, at byte " + at);
    }
  }

  private static @Nullable Bytes value(@Nullable Bytes value, @Nullable Bytes encoding)
      throws ProblemException {
    if (encoding == null) {
      return value;
    }
    if (!encoding.equals(BASE64)) {
      throw malformed("the only encoding is base64");
    }
    if (value == null) {
      throw malformed("an encoding without a value");
    }
    try {
      return Bytes.wrap(Base64.getDecoder().decode(value.array()));
    } catch (IllegalArgumentException e) {
      throw malformed("the value is not base64");
    }
  }

  private static @Nullable String text(@Nullable Bytes text) {
    return text == null ? null : text.toUtf8();
  }
}
