package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.flywheel.core.model.Bytes;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonBodyTest {
  private static JsonBody parse(String json) throws ProblemException {
    return JsonBody.parse(json.getBytes(UTF_8));
  }

  private static void assertRefused(byte[] json) {
    var refused = assertThrows(ProblemException.class, () -> JsonBody.parse(json));
    assertEquals(400, refused.problem().status());
  }

  @Test
  void theMembersInAnyOrder() throws Exception {
    var body = parse(" {\r\n\t\"context\" : \"c\" , \"value\":\"v\" } \n");
    assertEquals(Bytes.utf8("v"), body.value());
    assertEquals("c", body.context());
    assertNull(parse("{}").value());
    assertNull(parse("{\"value\":\"\"}").context());
    assertEquals(Bytes.EMPTY, parse("{\"value\":\"\"}").value());
    assertEquals(Bytes.utf8("v"), parse("{\"\\u0076alu\\u0065\":\"v\"}").value());
  }

  @Test
  void everyEscape() throws Exception {
    var body =
        parse("{\"value\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u00e9\\u20AC\\uD83D\\uDE00\"}");
    assertEquals(Bytes.utf8("\"\\/\b\f\n\r\t\u0000é€😀"), body.value());
  }

  @Test
  void base64() throws Exception {
    var body = parse("{\"value\":\"/w==\",\"encoding\":\"base64\"}");
    assertEquals(Bytes.wrap(new byte[] {(byte) 0xff}), body.value());
    assertEquals(Bytes.EMPTY, parse("{\"value\":\"\",\"encoding\":\"base64\"}").value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "\"x\"",
        "1",
        "{",
        "}",
        "{]",
        "{,}",
        "{\"value\"}",
        "{\"value\":}",
        "{\"value\":null}",
        "{\"value\":1}",
        "{\"value\":true}",
        "{\"value\":[]}",
        "{\"value\":{}}",
        "{\"value\":[\"x\"]}",
        "{\"value\":\"x\"",
        "{\"value\":\"x",
        "{\"value\":\"x\",}",
        "{\"value\":\"x\"}}",
        "{\"value\":\"x\"} x",
        "{\"value\":\"x\"}{}",
        "{value:\"x\"}",
        "{'value':'x'}",
        "{\"value\":\"x\";}",
        "{\"value\" \"x\"}",
        "{\"value\":\"x\" \"context\":\"\"}",
        "{\"value\":\"x\",\"value\":\"x\"}",
        "{\"value\":\"x\",\"v\\u0061lue\":\"x\"}",
        "{\"context\":\"x\",\"context\":\"x\"}",
        "{\"Value\":\"x\"}",
        "{\"value\":\"x\",\"ttl\":\"1\"}",
        "{\"value\":\"x\",\"context\":null}",
        "{\"value\":\"x\",\"context\":5}",
        "{\"\":\"x\"}",
        "{\"value\":\"\\x\"}",
        "{\"value\":\"\\\"}",
        "{\"value\":\"\\u12\"}",
        "{\"value\":\"\\u12g4\"}",
        "{\"value\":\"\\ud800\"}",
        "{\"value\":\"\\ud800x\"}",
        "{\"value\":\"\\udc00\"}",
        "{\"value\":\"\\ud800\\ud800\"}",
        "{\"value\":\"\\ud800\\n\"}",
        "{\"value\":\"a\nb\"}",
        "{\"value\":\"a\tb\"}",
        "{\"value\":\"a\u0000b\"}",
        "{\"value\":\"x\",\"encoding\":\"base64\"}",
        "{\"value\":\"/w=\",\"encoding\":\"base64\"}",
        "{\"value\":\"_w==\",\"encoding\":\"base64\"}",
        "{\"value\":\"/w==\\n\",\"encoding\":\"base64\"}",
        "{\"value\":\"x\",\"encoding\":\"utf-8\"}",
        "{\"value\":\"x\",\"encoding\":\"BASE64\"}",
        "{\"encoding\":\"base64\"}",
        "\uFEFF{\"value\":\"x\"}",
        "{\"value\":\"x\"/**/}",
        "{\u00a0\"value\":\"x\"}",
        "{\"value\":\"x\"}\u0000",
        "{\"value\":NaN}"
      })
  void whatIsNoBody(String json) {
    assertRefused(json.getBytes(UTF_8));
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedWhereverTheyStand() {
    String[] malformed = {
      "\u00ff",
      "\u0080",
      "\u00c0\u00af",
      "\u00c1\u0081",
      "\u00e0\u0080\u0080",
      "\u00ed\u00a0\u0080",
      "\u00f0\u0080\u0080\u0080",
      "\u00f4\u0090\u0080\u0080",
      "\u00f5\u0080\u0080\u0080",
      "\u00e2\u0082",
      "\u00c3"
    };
    for (String bytes : malformed) {
      assertRefused(("{\"value\":\"" + bytes + "\"}").getBytes(ISO_8859_1));
      assertRefused(("{\"value\":\"long enough for words" + bytes + "\"}").getBytes(ISO_8859_1));
      assertRefused(("{\"" + bytes + "\":\"\"}").getBytes(ISO_8859_1));
      assertRefused(("{}" + bytes).getBytes(ISO_8859_1));
    }
  }

  @Test
  void depthIsNoWayIn() {
    for (String open : List.of("[", "{\"value\":", "{\"value\":[", "{\"a\":{")) {
      assertRefused(open.repeat(200_000).getBytes(UTF_8));
    }
  }

  /** Jackson is the oracle, told to be as strict; what it forgives by nature is checked besides. */
  @Test
  void agreesWithAGeneralParser() throws Exception {
    var random = new Random(7);
    var seeds =
        List.of(
            "{\"value\":\"bread\",\"context\":\"AbC_-\"}",
            "{\"value\":\"\\u00e9\\ud83d\\ude00\\n\\\"\"}",
            " { \"value\" : \"é€😀\" , \"encoding\" : \"base64\" } ",
            "{\"encoding\":\"base64\",\"value\":\"AAEC\"}",
            "{}");
    int taken = 0;
    for (int i = 0; i < 300_000; i++) {
      byte[] json = mutated(seeds.get(random.nextInt(seeds.size())).getBytes(UTF_8), random);
      JsonBody expected = byJackson(json);
      JsonBody actual;
      try {
        actual = JsonBody.parse(json);
        taken++;
      } catch (ProblemException e) {
        actual = null;
      }
      assertEquals(expected, actual, () -> new String(json, ISO_8859_1));
    }
    assertEquals(true, taken > 10_000);
  }

  private static byte[] mutated(byte[] json, Random random) {
    byte[] bytes = json;
    for (int edits = random.nextInt(4); edits > 0; edits--) {
      int at = random.nextInt(bytes.length + 1);
      int end = Math.min(bytes.length, at + random.nextInt(3));
      String alphabet = "{}[]\",:\\ubn/0aAdD8 \t\r\n=\u00e9\u0000\u0080\u00ff\u00c3";
      var middle = new StringBuilder();
      for (int inserted = random.nextInt(3); inserted > 0; inserted--) {
        middle.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String text = new String(bytes, ISO_8859_1);
      bytes = (text.substring(0, at) + middle + text.substring(end)).getBytes(ISO_8859_1);
    }
    return bytes;
  }

  private static @Nullable JsonBody byJackson(byte[] json) {
    var factory =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    Map<String, String> members = new TreeMap<>();
    try (JsonParser parser = factory.createParser(strictly(json))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          return null;
        }
        members.put(name, parser.getText());
      }
      if (parser.nextToken() != null) {
        return null;
      }
      return body(members);
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable JsonBody body(Map<String, String> members)
      throws CharacterCodingException {
    var unknown = new ArrayList<>(members.keySet());
    unknown.removeAll(List.of("value", "context", "encoding"));
    if (!unknown.isEmpty()) {
      return null;
    }
    for (String text : members.values()) {
      UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(text));
    }
    String value = members.get("value");
    String encoding = members.get("encoding");
    if (encoding == null) {
      return new JsonBody(value == null ? null : Bytes.utf8(value), members.get("context"));
    }
    return value == null || !encoding.equals("base64")
        ? null
        : new JsonBody(Bytes.wrap(Base64.getDecoder().decode(value)), members.get("context"));
  }

  private static String strictly(byte[] json) throws CharacterCodingException {
    String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    if (text.startsWith("\uFEFF")) {
      throw new IllegalArgumentException("a byte order mark");
    }
    return text;
  }

  @Test
  void utf8IsToldFromOtherBytesAsTheJdkDoes() {
    var random = new Random(11);
    for (int i = 0; i < 300_000; i++) {
      var bytes = new byte[random.nextInt(20)];
      for (int j = 0; j < bytes.length; j++) {
        int kind = random.nextInt(3);
        bytes[j] =
            (byte) (kind == 0 ? random.nextInt(256) : kind == 1 ? 'a' : 0xe0 + random.nextInt(32));
        if (j > 0 && bytes[j - 1] < 0 && random.nextInt(4) > 0) {
          bytes[j] = (byte) (0x80 + random.nextInt(64));
        }
      }
      boolean expected;
      try {
        UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        expected = true;
      } catch (CharacterCodingException e) {
        expected = false;
      }
      assertEquals(expected, Utf8.isValid(bytes), () -> Bytes.wrap(bytes).toHex());
    }
  }

  /** Whatever is written can be read, and is what it was. */
  @Test
  void aWrittenValueReadsBack() throws Exception {
    var random = new Random(13);
    for (int i = 0; i < 20_000; i++) {
      var value = new byte[random.nextInt(12)];
      random.nextBytes(value);
      if (random.nextBoolean()) {
        for (int j = 0; j < value.length; j++) {
          value[j] &= 0x7f;
        }
      }
      var out = Unpooled.buffer();
      out.writeByte('{');
      JsonText.value(out, value);
      out.writeByte('}');
      assertTrue(out.readableBytes() <= JsonText.valueBytes(value), "it is known how much it is");
      assertEquals(Bytes.wrap(value), JsonBody.parse(ByteBufUtil.getBytes(out)).value());
    }
  }
}
