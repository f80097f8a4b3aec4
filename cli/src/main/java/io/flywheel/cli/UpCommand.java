package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.local.ClusterDirectory;
import io.flywheel.cli.local.ClusterException;
import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.LocalCluster;
import io.flywheel.cli.local.LocalNode;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Runs a cluster on this machine, each node a process of its own, until it is told to stop. */
@Command(
    name = "up",
    description = "Run a cluster on this machine until Ctrl-C, or go on with an earlier one.")
final class UpCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Option(
      names = "--nodes",
      paramLabel = "COUNT",
      description = "How many nodes; 3 unless given, or 3 in each data centre.")
  private @Nullable Integer nodes;

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      defaultValue = "./data",
      description = "Where the cluster lives (${DEFAULT-VALUE}).")
  private Path data;

  @Option(
      names = "--base-port",
      paramLabel = "PORT",
      description =
          "Node k serves clients on this + k and peers on this + 100 + k; 7400 unless given.")
  private @Nullable Integer basePort;

  @Option(
      names = "--n",
      paramLabel = "N",
      description =
          "Copies of each key, in each data centre; 3 unless given, or as many as there are nodes.")
  private @Nullable Integer copies;

  @Option(
      names = "--racks",
      paramLabel = "K",
      description = "Deal the nodes to racks r1 to rK, one after the other.")
  private @Nullable Integer racks;

  @Option(
      names = "--datacenters",
      paramLabel = "K",
      description = "Deal the nodes to data centres dc1 to dcK, one after the other.")
  private @Nullable Integer datacenters;

  @Override
  public Integer call() throws Failure, InterruptedException {
    try (ClusterDirectory directory = ClusterDirectory.open(data)) {
      boolean resumed = !directory.nodes().isEmpty();
      if (!resumed) {
        directory.create(shape());
      }
      var cluster = new LocalCluster(directory, main.environment(), main.terminal()::complain);
      if (resumed) {
        refuseContradictions(cluster.nodes());
        reportMissing(cluster.nodes());
      }
      cluster.check();
      run(cluster);
      return Exit.DONE.status();
    } catch (ClusterException e) {
      throw new Failure(Exit.FAILED, e.getMessage(), e);
    }
  }

  private ClusterShape shape() throws Failure {
    try {
      int several = datacenters == null ? 0 : requireSome("--datacenters", datacenters);
      int apart = Math.max(1, several);
      int count = nodes == null ? ClusterShape.DEFAULT_NODES * apart : nodes;
      return new ClusterShape(
          count,
          basePort == null ? ClusterShape.DEFAULT_BASE_PORT : basePort,
          copies == null ? ClusterShape.copiesOf(count / apart) : copies,
          racks == null ? 0 : requireSome("--racks", racks),
          several);
    } catch (IllegalArgumentException e) {
      throw Failure.misused("up", e);
    }
  }

  private static int requireSome(String flag, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(flag + " takes 1 or more, not " + count);
    }
    return count;
  }

  /** What was fixed when the cluster was made stays; who asks for something else is told. */
  private void refuseContradictions(List<LocalNode> existing) throws Failure {
    LocalNode first = existing.getFirst();
    int members = first.configuration().initialMembers().size();
    if (nodes != null && nodes != existing.size()) { // Some may have been added since.
      refuse(nodes, members, "--nodes", "nodes");
    }
    var replication = first.configuration().settings().replication();
    int together =
        replication.isByDatacenter()
            ? Collections.min(replication.byDatacenter().values())
            : replication.n();
    refuse(copies, together, "--n", "copies of each key");
    refuse(
        basePort,
        first.clientAddress().port() - first.files().number(),
        "--base-port",
        "as its base port");
    int dealt = (int) existing.stream().map(LocalNode::rack).distinct().count();
    refuse(racks, dealt, "--racks", "racks");
    refuse(datacenters, datacenters(existing), "--datacenters", "data centres");
  }

  private static int datacenters(List<LocalNode> nodes) {
    return (int) nodes.stream().map(LocalNode::datacenter).distinct().count();
  }

  private void refuse(@Nullable Integer asked, int actual, String flag, String what)
      throws Failure {
    if (asked != null && asked != actual) {
      throw new Failure(
          Exit.USAGE,
          ("%s holds a cluster with %d %s, so %s %d cannot be;"
                  + " leave it out, or start another cluster with --data")
              .formatted(data, actual, what, flag, asked));
    }
  }

  private void reportMissing(List<LocalNode> existing) {
    List<String> there = existing.stream().map(LocalNode::name).toList();
    for (String member : existing.getFirst().configuration().initialMembers()) {
      if (!there.contains(member)) {
        main.terminal()
            .complain(member + " has no flywheel.yaml in " + data + "; going on without it");
      }
    }
  }

  private void run(LocalCluster cluster) throws ClusterException, InterruptedException {
    // A signal ends the JVM by its hooks; that all was stopped as asked makes it a success.
    var stop =
        new Thread(
            () -> {
              if (main.terminal().isInteractive() && !main.wantsJson()) {
                main.terminal().line("stopping");
              }
              cluster.stop();
              Runtime.getRuntime().halt(Exit.DONE.status());
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      cluster.start();
      print(cluster);
      if (cluster.awaitReady()) {
        main.terminal().line(main.wantsJson() ? "{\"ready\":true}" : "ready");
      }
      cluster.awaitStop();
      stop.join();
    } catch (ClusterException e) {
      if (!isStopping(stop)) {
        cluster.stop();
        throw e;
      }
      stop.join();
    }
  }

  /** Takes the hook back, unless it runs already. */
  private static boolean isStopping(Thread hook) {
    try {
      return !Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return true;
    }
  }

  private void print(LocalCluster cluster) {
    if (main.wantsJson()) {
      main.terminal().line(json(cluster));
      return;
    }
    var table = new Table("node", "clients", "peers", "rack", "process", "directory");
    boolean isApart = datacenters(cluster.nodes()) > 1;
    for (LocalNode node : cluster.nodes()) {
      table.row(
          node.name(),
          node.clientAddress().toString(),
          node.peerAddress().toString(),
          isApart ? node.datacenter() + "/" + node.rack() : node.rack(),
          Long.toString(cluster.pid(node)),
          data.resolve(node.files().name()).toString());
    }
    table.print(main.terminal());
  }

  private static String json(LocalCluster cluster) {
    var text = new StringWriter();
    try (JsonGenerator json = Json.factory().createGenerator(text)) {
      json.writeStartObject();
      json.writeArrayFieldStart("nodes");
      for (LocalNode node : cluster.nodes()) {
        json.writeStartObject();
        json.writeStringField("node", node.name());
        json.writeStringField("client", node.clientAddress().toString());
        json.writeStringField("peer", node.peerAddress().toString());
        json.writeStringField("datacenter", node.datacenter());
        json.writeStringField("rack", node.rack());
        json.writeNumberField("pid", cluster.pid(node));
        json.writeStringField("directory", node.files().directory().toString());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a string takes everything", e);
    }
    return text.toString();
  }
}
