package io.flywheel.cli.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeFilesTest {
  private static final String STOPPED =
      "time=2026-11-22T10:00:01.000Z level=INFO source=FlywheelServer message=\"stopped\"\n";
  private static final String REASON =
      "time=2026-11-22T10:00:00.000Z level=ERROR source=FlywheelServer message=\"stopping: why\"\n";

  @TempDir Path directory;

  @Test
  void theLastWordsSayWhyANodeEnded() throws IOException {
    var files = new NodeFiles(directory);
    assertEquals("", files.lastWords());
    Files.writeString(files.log(), REASON + STOPPED);
    assertEquals("stopping: why", files.lastWords());
    Files.writeString(files.log(), STOPPED);
    assertEquals("stopped", files.lastWords());
    Files.writeString(files.log(), REASON + "flywheel: no such option\n\n");
    assertEquals("no such option", files.lastWords());
  }
}
