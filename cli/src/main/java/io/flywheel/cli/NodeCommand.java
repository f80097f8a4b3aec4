package io.flywheel.cli;

import io.flywheel.cli.local.NodeFiles;
import io.flywheel.server.FlywheelServer;
import io.flywheel.server.config.ConfigException;
import io.flywheel.server.config.ConfigReader;
import io.flywheel.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Runs one node in the foreground until it is told to stop. */
@Command(
    name = "node",
    description = "Run one node in the foreground, or bring a killed one of `up` back.")
final class NodeCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The node's flywheel.yaml.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "SETTING=VALUE",
      description = "Overrides a setting, as in --set replication.w=3; may be repeated.")
  private Map<String, String> settings = new TreeMap<>();

  @Option(
      names = "--join",
      description = "Join the cluster of the seeds, if the node belongs to none yet.")
  private boolean join;

  @Override
  public Integer call() throws Failure {
    ServerConfig config = configuration();
    if (join && !config.initialMembers().isEmpty()) {
      throw new Failure(
          Exit.USAGE,
          "the configuration names initial-members, so the node is to form a cluster with them;"
              + " leave them out to join one that exists, or leave out --join");
    }
    try {
      return switch (FlywheelServer.run(config, join, () -> writePid(config))) {
        case LEFT -> left(config);
        case FAILED -> Exit.FAILED.status();
      };
    } catch (IOException e) {
      throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()), e);
    }
  }

  private ServerConfig configuration() throws Failure {
    try {
      return ConfigReader.read(file, main.environment(), settings);
    } catch (ConfigException e) {
      throw new Failure(Exit.FAILED, e.getMessage() + "; correct it and try again", e);
    }
  }

  /** So that `up` does not start it again. */
  private static int left(ServerConfig config) throws IOException {
    new NodeFiles(config.data().toAbsolutePath()).markLeft();
    return Exit.DONE.status();
  }

  /** By then the directory is this process's: until then the file may name another that runs. */
  private void writePid(ServerConfig config) {
    try {
      new NodeFiles(config.data().toAbsolutePath()).writePid(ProcessHandle.current().pid());
    } catch (IOException e) {
      main.terminal()
          .complain("cannot write node.pid (" + e + "), so `up` will not stop this node");
    }
  }
}
