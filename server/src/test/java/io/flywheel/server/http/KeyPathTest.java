package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyPathTest {
  private static final int START = KeyValueEndpoint.PATH.length();

  private static Key parse(String rest) throws ProblemException {
    return KeyPath.parse(KeyValueEndpoint.PATH + rest, START);
  }

  private static ProblemType refusal(String rest) {
    return assertThrows(ProblemException.class, () -> parse(rest), rest).problem().type();
  }

  private static String escaped(byte[] bytes) {
    var path = new StringBuilder();
    for (byte value : bytes) {
      path.append(String.format("%%%02X", value & 0xff));
    }
    return path.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // path | namespace | key
        "a           | default | a",
        "carts/a     | carts   | a",
        "a%2Fb       | default | a/b",
        "%2F%2f      | default | //",
        "lww/%2F     | lww     | /",
        "my%2Fns/a   | my/ns   | a",
        "a+b         | default | a+b",
        "a%20b       | default | 'a b'",
        "a;b=c       | default | a;b=c",
        "%3B%3F%23   | default | ;?#",
        "%2500       | default | %00",
        "%252F       | default | %2F",
        "...         | default | ...",
        ".a          | default | .a",
        "a..         | default | a..",
        "%2e%2e%2e   | default | ...",
        "../a        | ..      | a",
        "kv          | default | kv",
        "%D0%B0      | default | а",
        "~!$&'()*,:@ | default | ~!$&'()*,:@",
      })
  void whatIsAKey(String path, String namespace, String key) throws Exception {
    assertEquals(Key.of(namespace, key), parse(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "carts/",
        "/a",
        "//",
        "a//b",
        "a/b/c",
        "a/b/",
        "/",
        ".",
        "..",
        "%2e",
        "%2E.",
        ".%2e",
        "carts/.",
        "carts/..",
        "carts/%2E%2E",
        "%",
        "%4",
        "%zz",
        "%4g",
        "a%",
        "a%2",
        "%%41",
        "% 41",
        "%+1",
        "%-1",
        "%u0041",
        "%\u00b2\u00b2",
        "a\tb",
        "\u0100"
      })
  void whatIsNone(String path) {
    assertEquals(ProblemType.MALFORMED_KEY, refusal(path));
  }

  @Test
  void controlCharactersAreRefusedAndEveryOtherByteIsTaken() throws Exception {
    for (int value = 0; value < 256; value++) {
      byte[] key = {'k', (byte) value};
      String path = escaped(key);
      if (value < 0x20 || value == 0x7f) {
        assertEquals(ProblemType.MALFORMED_KEY, refusal(path), path);
        assertEquals(ProblemType.MALFORMED_KEY, refusal("carts/" + path), path);
        assertEquals(ProblemType.MALFORMED_KEY, refusal("k" + (char) value), path);
      } else {
        assertEquals(new Key("default", Bytes.wrap(key)), parse(path));
        assertEquals(new Key("default", Bytes.wrap(key)), parse(path.toLowerCase(Locale.ROOT)));
      }
    }
  }

  @Test
  void bytesBeyondAsciiMayStandUnescaped() throws Exception {
    byte[] key = {(byte) 0xd0, (byte) 0xb0, (byte) 0xff};
    assertEquals(new Key("default", Bytes.wrap(key)), parse(new String(key, ISO_8859_1)));
  }

  @Test
  void keysHaveOneToAThousandAndTwentyFourBytesAfterDecoding() throws Exception {
    assertEquals(1024, parse("a".repeat(1024)).bytes().length());
    assertEquals(1024, parse("%41".repeat(1024)).bytes().length());
    assertEquals(ProblemType.MALFORMED_KEY, refusal("a".repeat(1025)));
    assertEquals(ProblemType.MALFORMED_KEY, refusal("%41".repeat(1025)));
  }

  @Test
  void aNameThatNoNamespaceCanHaveIsAnUnknownOne() {
    assertEquals(ProblemType.UNKNOWN_NAMESPACE, refusal("%ff/a"));
    assertEquals(ProblemType.UNKNOWN_NAMESPACE, refusal("n".repeat(65) + "/a"));
    assertEquals(ProblemType.MALFORMED_KEY, refusal("n%00/a"));
  }

  /** Whatever arrives is a key that encodes back to the same bytes, or refused: nothing third. */
  @Test
  void noPathIsTakenForAnotherKey() throws Exception {
    var random = new Random(20260101);
    String alphabet = "%%%%0123456789abcdefABCDEF./;+ a\u0000\u007f\u00ff";
    for (int i = 0; i < 200_000; i++) {
      var path = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        path.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        Key key = parse(path.toString());
        String namespace = escaped(Bytes.utf8(key.namespace()).array());
        assertEquals(key, parse(namespace + "/" + escaped(key.bytes().array())));
      } catch (ProblemException e) {
        assertTrue(e.problem().status() == 400 || e.problem().status() == 404);
      }
    }
  }
}
