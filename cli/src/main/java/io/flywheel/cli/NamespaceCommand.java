package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The namespaces of the cluster, which its members decide about as they do about the ring. */
@Command(
    name = "namespace",
    description = "Create and change namespaces, or list them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      NamespaceCommand.Create.class,
      NamespaceCommand.Alter.class,
      NamespaceCommand.Listing.class
    })
final class NamespaceCommand implements Callable<Integer> {
  private static final String PATH = "/admin/namespaces";
  private static final List<String> SETTINGS =
      List.of("conflicts", "overflow", "blind-writes", "ttl");

  @ParentCommand private Main main;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "Missing required subcommand");
  }

  /** {@code flywheel namespace create carts --ttl 30d}. */
  @Command(name = "create", description = "Create a namespace; it never goes away.")
  static final class Create implements Callable<Integer> {
    @ParentCommand private NamespaceCommand parent;
    @Mixin private NamespaceOptions wanted;
    @Mixin private Consent consent;

    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name;

    @Override
    public Integer call() throws Failure, IOException {
      return parent.declare("create", name, wanted, consent);
    }
  }

  /** {@code flywheel namespace set carts --ttl 60d}. */
  @Command(
      name = "set",
      description = "Change a namespace, for what is written from then on; say only what changes.")
  static final class Alter implements Callable<Integer> {
    @ParentCommand private NamespaceCommand parent;
    @Mixin private NamespaceOptions wanted;
    @Mixin private Consent consent;

    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name;

    @Override
    public Integer call() throws Failure, IOException {
      if (wanted.saysNothing()) {
        throw new Failure(
            Exit.USAGE, "nothing is said that could change; see `flywheel namespace set --help`");
      }
      return parent.declare("set", name, wanted, consent);
    }
  }

  /** {@code flywheel namespace list}. */
  @Command(name = "list", description = "Print all namespaces and their settings.")
  static final class Listing implements Callable<Integer> {
    @ParentCommand private NamespaceCommand parent;

    @Override
    public Integer call() throws Failure, IOException {
      return parent.list();
    }
  }

  private int list() throws Failure, IOException {
    Answer answer = main.session().read(Request.of("GET", PATH));
    if (main.wantsJson()) {
      main.terminal().json(answer);
      return Exit.DONE.status();
    }
    var table = new Table("name", "conflicts", "overflow", "blind-writes", "ttl");
    for (Json namespace : answer.json().get("namespaces").items()) {
      table.row(
          namespace.get("name").text(),
          namespace.get("conflicts").text(),
          namespace.get("overflow").text(),
          namespace.get("blind-writes").text(),
          namespace.get("ttl").text("none"));
    }
    table.print(main.terminal());
    return Exit.DONE.status();
  }

  private int declare(String change, String name, NamespaceOptions wanted, Consent consent)
      throws Failure, IOException {
    return new Decision(main, consent)
        .make(PATH, dryRun -> wanted.body(change, name, dryRun), NamespaceCommand::describe);
  }

  /** What there will be and, where there is something already, what of it changes. */
  private static String describe(Json foretold) {
    Json before = foretold.get("before");
    Json after = foretold.get("namespace");
    var parts = new ArrayList<String>();
    for (String setting : SETTINGS) {
      String is = before.get(setting).text("none");
      String willBe = after.get(setting).text("none");
      if (before == Json.NOTHING) {
        parts.add(setting + " " + willBe);
      } else if (!is.equals(willBe)) {
        parts.add(setting + " " + is + " -> " + willBe);
      }
    }
    String what = parts.isEmpty() ? "like this already" : String.join(", ", parts);
    return after.get("name").text() + ": " + what;
  }
}
