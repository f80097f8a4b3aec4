package io.flywheel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What becomes of output that cannot be written. */
final class TerminalTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void whatDoesNotFitOnADiskIsAFailure() {
    assertEquals(1, version("No space left on device"));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("make room"));
  }

  /** As in {@code flywheel status | head -1}. */
  @Test
  void aReaderThatHasSeenEnoughIsNone() {
    assertEquals(0, version("Broken pipe"));
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  private int version(String trouble) {
    var out =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException(trouble);
          }
        };
    var terminal = new Terminal(InputStream.nullInputStream(), out, err, false, false);
    return Main.run(terminal, Ran.NO_ENVIRONMENT, "version");
  }
}
