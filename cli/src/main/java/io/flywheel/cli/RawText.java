package io.flywheel.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Command line arguments as the bytes that they are. The JVM decodes them by the locale, and in the
 * locale "C" each byte beyond ASCII is lost. Where Linux shows the process's command line, they are
 * read from there as UTF-8; a byte that is not UTF-8 becomes the low surrogate U+DC00 + byte (as in
 * Python's PEP 383), which no valid text holds, so that {@link #bytes} gives back every byte.
 */
final class RawText {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final int ESCAPE = 0xDC00;

  private RawText() {}

  /** The arguments of this process, given those that the JVM decoded. */
  static String[] arguments(String[] decoded) {
    for (String argument : decoded) {
      if (!isAscii(argument)) {
        return fromCommandLine(decoded);
      }
    }
    return decoded;
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static String[] fromCommandLine(String[] decoded) {
    List<String> words;
    try {
      words = words(Files.readAllBytes(COMMAND_LINE));
    } catch (IOException e) {
      return decoded; // Not Linux: what the JVM made of them is all there is.
    }
    int first = words.size() - decoded.length;
    return first < 0 ? decoded : words.subList(first, words.size()).toArray(new String[0]);
  }

  /** Each ends with a zero byte. */
  static List<String> words(byte[] commandLine) {
    var words = new ArrayList<String>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        words.add(decode(ByteBuffer.wrap(commandLine, start, i - start)));
        start = i + 1;
      }
    }
    return words;
  }

  private static String decode(ByteBuffer bytes) {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var text = CharBuffer.allocate(bytes.remaining());
    while (true) {
      var result = decoder.decode(bytes, text, true);
      if (result.isUnderflow()) {
        return text.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        text.put((char) (ESCAPE + (bytes.get() & 0xff)));
      }
      decoder.reset();
    }
  }

  /** The bytes of an argument: UTF-8, and what was escaped. */
  static byte[] bytes(String text) {
    var bytes = new ByteArrayOutputStream(text.length());
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (c >= ESCAPE + 0x80 && c <= ESCAPE + 0xff) {
        bytes.writeBytes(text.substring(start, i).getBytes(StandardCharsets.UTF_8));
        bytes.write(c - ESCAPE);
        start = i + 1;
      }
    }
    bytes.writeBytes(text.substring(start).getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }

  /** Whether these bytes are UTF-8, so that they can go as a JSON string. */
  static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
