package io.flywheel.simulator.mutant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The sources of core and of the simulator, which travel in the simulator's jar. */
public final class Sources {
  private static final String ROOT = "/io/flywheel/simulator/sources/";

  private Sources() {}

  /** The source file at a path like {@code io/flywheel/core/node/Node.java}. */
  public static String read(String file) {
    try (var in = Sources.class.getResourceAsStream(ROOT + file)) {
      if (in == null) {
        throw new IllegalStateException("the source " + file + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
