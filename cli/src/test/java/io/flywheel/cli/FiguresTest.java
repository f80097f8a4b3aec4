package io.flywheel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.cli.http.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FiguresTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0B",
    "1023, 1023B",
    "1024, 1.0KiB",
    "1572864, 1.5MiB",
    "9223372036854775807, 8192.0PiB"
  })
  void bytesAreInTheUnitThatFits(long bytes, String text) {
    assertEquals(text, Figures.bytes(bytes));
  }

  @Test
  void numbersInNamesCount() throws IOException {
    String json =
        "[{\"name\":\"node-10\"},{\"name\":\"node-2\"},{\"name\":\"b\"},{\"name\":\"a\"}]";
    List<Json> members = Json.parse(json.getBytes(StandardCharsets.UTF_8)).items();
    assertEquals(
        List.of("a", "b", "node-2", "node-10"),
        Figures.byName(members).stream().map(member -> member.get("name").text()).toList());
  }
}
