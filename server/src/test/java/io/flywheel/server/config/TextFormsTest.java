package io.flywheel.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextFormsTest {
  @ParameterizedTest
  @CsvSource({
    "0ms, 0",
    "200ms, 200",
    "2s, 2000",
    "3m, 180000",
    "1h, 3600000",
    "30d, 2592000000",
    "999999999999d, -1",
    "'', -1",
    "5, -1",
    "ms, -1",
    "-1s, -1",
    "1.5s, -1",
    "1S, -1",
    "1 s, -1",
    "1s2, -1",
    "+1s, -1",
    "1234567890123ms, -1",
  })
  void durations(String text, long millis) {
    assertEquals(millis, DurationText.parseMillis(text));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "1KiB, 1024",
    "1MiB, 1048576",
    "10GiB, 10737418240",
    "1TiB, 1099511627776",
    "9999999999999TiB, -1",
    "1KB, -1",
    "1kib, -1",
    "1 KiB, -1",
    "'', -1",
    "KiB, -1",
    "-1, -1",
    "0x10, -1",
    "1e3, -1",
  })
  void sizes(String text, long bytes) {
    assertEquals(bytes, SizeText.parseBytes(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:7401", "[::1]:1", "node-1.example.com:65535", "localhost:80"})
  void addresses(String text) {
    assertEquals(text, String.valueOf(Address.parse(text)));
  }

  @Test
  void whatIsNoAddress() {
    for (String text :
        new String[] {
          "",
          ":80",
          "host",
          "host:",
          "host:0",
          "host:65536",
          "host:080",
          "::1:80",
          "[::1]",
          "a b:80",
          "host:8o",
          "http://host:80",
          "h:1:2"
        }) {
      assertNull(Address.parse(text), text);
    }
  }
}
