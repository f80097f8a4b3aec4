package io.flywheel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class VersionCommandTest {
  @Test
  void printsNameAndVersionOnOneLine() {
    Ran ran = Ran.flywheel("version");
    assertEquals(0, ran.exit());
    assertTrue(ran.out().matches("flywheel \\d+\\.\\d+\\.\\d+\\S*\\R"), ran.out());
  }

  @Test
  void printsJsonForPrograms() {
    Ran ran = Ran.flywheel("version", "--json");
    assertTrue(ran.out().matches("\\{\"version\":\"\\d+\\.\\d+\\.\\d+\\S*\"}\\R"), ran.out());
  }
}
