package io.flywheel.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Prints which Flywheel this is. */
@Command(name = "version", description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Override
  public Integer call() throws IOException {
    String version = version();
    main.terminal()
        .line(main.wantsJson() ? "{\"version\":\"" + version + "\"}" : "flywheel " + version);
    return Exit.DONE.status();
  }

  /** The version that the build wrote into its resources. */
  static String version() throws IOException {
    Properties build = new Properties();
    try (InputStream in = VersionCommand.class.getResourceAsStream("build.properties")) {
      build.load(Objects.requireNonNull(in, "build.properties is part of every build"));
    }
    return Objects.requireNonNull(build.getProperty("version"), "the build names its version");
  }
}
