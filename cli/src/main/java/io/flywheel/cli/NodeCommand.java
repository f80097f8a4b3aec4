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

  @Option(names = "--join", description = "Join a cluster that exists (not in this version).")
  private boolean join;

  @Override
  public Integer call() throws Failure {
    if (join) {
      throw new Failure(
          Exit.FAILED,
          "joining a formed cluster comes with ring changes and is not in this version; leave out"
              + " --join to start a member");
    }
    ServerConfig config = configuration();
    try {
      return FlywheelServer.run(config, () -> writePid(config));
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
