package io.flywheel.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RawTextTest {
  @Test
  void everyByteOfAnArgumentSurvives() {
    byte[] all = new byte[256];
    for (int i = 1; i < 256; i++) {
      all[i - 1] = (byte) i; // The last one is the zero byte that ends a word.
    }
    List<String> words = RawText.words(all);
    assertEquals(1, words.size());
    byte[] back = RawText.bytes(words.getFirst());
    assertEquals(255, back.length);
    assertArrayEquals(java.util.Arrays.copyOf(all, 255), back);
  }

  @Test
  void textOutsideAsciiIsTextAndWordsMayBeEmpty() {
    byte[] line = "put\0ключ\0\0😀\0".getBytes(StandardCharsets.UTF_8);
    assertEquals(List.of("put", "ключ", "", "😀"), RawText.words(line));
    for (String word : RawText.words(line)) {
      assertArrayEquals(word.getBytes(StandardCharsets.UTF_8), RawText.bytes(word));
    }
  }

  @Test
  void halfACharacterIsNotText() {
    assertFalse(RawText.isUtf8(new byte[] {(byte) 0xc3}));
    assertArrayEquals(
        new byte[] {'a', (byte) 0xc3},
        RawText.bytes(RawText.words(new byte[] {'a', (byte) 0xc3, 0}).getFirst()));
  }
}
