package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code flywheel} command: hands over to the subcommand that was asked for. */
@Command(
    name = "flywheel",
    description = "An always-writable, horizontally scaled key-value store.",
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  static final String DEFAULT_NODE = "127.0.0.1:7401";

  private static final Map<String, Supplier<Callable<Integer>>> COMMANDS = commands();

  private final Terminal terminal;
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--node",
      paramLabel = "HOST:PORT",
      scope = ScopeType.INHERIT,
      description = "The node to ask (FLYWHEEL_NODE, or " + DEFAULT_NODE + ").")
  private @Nullable String node;

  @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON, for programs.")
  private boolean json;

  @SuppressWarnings("UnusedVariable") // Picocli acts on it.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Print this help.")
  private boolean help;

  Main(Terminal terminal, Map<String, String> environment) {
    this.terminal = terminal;
    this.environment = environment;
  }

  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    System.exit(run(Terminal.ofProcess(environment), environment, RawText.arguments(arguments)));
  }

  private static Map<String, Supplier<Callable<Integer>>> commands() {
    var commands = new LinkedHashMap<String, Supplier<Callable<Integer>>>();
    commands.put("up", UpCommand::new);
    commands.put("node", NodeCommand::new);
    commands.put("put", PutCommand::new);
    commands.put("get", GetCommand::new);
    commands.put("delete", DeleteCommand::new);
    commands.put("explain", ExplainCommand::new);
    commands.put("status", StatusCommand::new);
    commands.put("ring", RingCommand::new);
    commands.put("add", AddCommand::new);
    commands.put("join", JoinCommand::new);
    commands.put("leave", LeaveCommand::new);
    commands.put("remove", RemoveCommand::new);
    commands.put("replace", ReplaceCommand::new);
    commands.put("weight", WeightCommand::new);
    commands.put("replication", ReplicationCommand::new);
    commands.put("namespace", NamespaceCommand::new);
    commands.put("limits", LimitsCommand::new);
    commands.put("repair", RepairCommand::new);
    commands.put("losers", LosersCommand::new);
    commands.put("simulate", SimulateCommand::new);
    commands.put("bench", BenchCommand::new);
    commands.put("plan", PlanCommand::new);
    commands.put("version", VersionCommand::new);
    commands.put("help", HelpCommand::new);
    return commands;
  }

  /** Runs the command as {@code main} does, without ending the process. */
  static int run(Terminal terminal, Map<String, String> environment, String... arguments) {
    var main = new Main(terminal, environment);
    var line = new CommandLine(main);
    // Reflecting on a command takes longer than most of them run: only the one that is meant.
    Supplier<Callable<Integer>> meant = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
    if (meant == null || arguments[0].equals("help")) {
      COMMANDS.forEach((name, command) -> line.addSubcommand(command.get()));
    } else {
      line.addSubcommand(meant.get());
    }
    int status =
        line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
            .setColorScheme(CommandLine.Help.defaultColorScheme(main.helpColours()))
            .setExpandAtFiles(false) // Values such as @home are values.
            .setParameterExceptionHandler((e, words) -> main.misused(e))
            .setExecutionExceptionHandler((e, words, result) -> main.failed(e))
            .execute(arguments);
    boolean done = status == Exit.DONE.status();
    if (done && !terminal.isWritten() && !terminal.isAbandoned()) {
      terminal.complain("not all could be written to standard output; make room for it");
      return Exit.FAILED.status();
    }
    return status;
  }

  private CommandLine.Help.Ansi helpColours() {
    return terminal.isColoured() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
  }

  /** Without a subcommand there is nothing to do but to list them. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing required subcommand");
  }

  private int misused(ParameterException e) {
    CommandSpec asked = e.getCommandLine().getCommandSpec();
    String command = asked.qualifiedName();
    String reason = String.valueOf(e.getMessage()).replaceFirst("\\.$", "");
    if (asked.parent() == null && e instanceof UnmatchedArgumentException unmatched) {
      reason = "there is no command '" + unmatched.getUnmatched().getFirst() + "'";
    }
    terminal.complain(reason + "; see `" + command + " --help`");
    return Exit.USAGE.status();
  }

  private int failed(Exception e) {
    if (e instanceof Failure failure) {
      Answer answer = failure.answer();
      if (json && answer != null) {
        terminal.json(answer);
      }
      terminal.complain(failure.getMessage());
      return failure.exit().status();
    }
    String message = e.getMessage();
    terminal.complain(message == null ? e.toString() : message);
    return Exit.FAILED.status();
  }

  Terminal terminal() {
    return terminal;
  }

  Map<String, String> environment() {
    return environment;
  }

  boolean wantsJson() {
    return json;
  }

  /** The node that was named, or the first of a local cluster. */
  Session session() throws Failure {
    return new Session(new NodeClient(address()));
  }

  /** The same, as it is written. */
  String node() throws Failure {
    return address().toString();
  }

  private NodeAddress address() throws Failure {
    String named = node != null ? node : environment.getOrDefault("FLYWHEEL_NODE", "");
    try {
      return NodeAddress.parse(named.isEmpty() ? DEFAULT_NODE : named);
    } catch (IllegalArgumentException e) {
      String source = node != null ? "--node" : "FLYWHEEL_NODE";
      throw new Failure(Exit.USAGE, source + ": " + e.getMessage(), e);
    }
  }
}
