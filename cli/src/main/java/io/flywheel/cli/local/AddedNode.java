package io.flywheel.cli.local;

import io.flywheel.cli.http.NodeAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * One more node of a local cluster: its directory and configuration, made after those that are
 * there, and its process, which outlives the command that starts it. A node that did not come to
 * join, because the command was killed, is found again by the marker in its directory.
 */
public final class AddedNode {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int PEER_OFFSET = 100;

  /**
   * Ctrl-C and the end of a terminal do not reach it. Not by a session of its own: Linux would give
   * that as much of the processors as all other nodes of this terminal together (autogroup).
   */
  private static final List<String> DETACHED =
      List.of("/bin/sh", "-c", "trap '' HUP INT QUIT; exec \"$@\"", "detached");

  /** Where an entry begins on the top level of a configuration. */
  private static final Pattern ENTRY = Pattern.compile("^(['\"]?)([A-Za-z-]+)\\1\\s*:.*");

  /** What each node has of its own. */
  private static final List<String> OWN =
      List.of("node", "zone", "data", "listen", "seeds", "initial-members", "weight");

  private final NodeFiles files;
  private final LocalNode node;
  private final boolean resumed;

  private AddedNode(NodeFiles files, LocalNode node, boolean resumed) {
    this.files = files;
    this.node = node;
    this.resumed = resumed;
  }

  /**
   * Finds the node that an earlier command left half added, or makes the files of a new one.
   *
   * @param environment what the node will be started with
   */
  public static AddedNode in(Path named, Map<String, String> environment) throws ClusterException {
    Path root = named.toAbsolutePath().normalize();
    List<NodeFiles> all = ClusterDirectory.allNodes(root, named);
    for (NodeFiles files : all) {
      if (files.isJoining()) {
        return new AddedNode(files, LocalNode.read(files, environment), true);
      }
    }
    var members = new ArrayList<LocalNode>();
    for (NodeFiles files : all) {
      if (!files.hasLeft()) {
        members.add(LocalNode.read(files, environment));
      }
    }
    if (members.isEmpty()) {
      throw ClusterDirectory.thereIsNone(named);
    }
    if (members.stream().noneMatch(member -> member.files().process().isPresent())) {
      throw new ClusterException(
          "no node of " + named + " runs; start them with `flywheel up --data " + named + "`");
    }
    return beside(members, all.getLast().number() + 1, named, environment);
  }

  /** Makes the files of one more node, which is to join these. */
  public static AddedNode beside(
      List<LocalNode> members, int number, Path named, Map<String, String> environment)
      throws ClusterException {
    if (number > ClusterShape.MOST_NODES) {
      throw new ClusterException(
          "a local cluster has at most " + ClusterShape.MOST_NODES + " nodes");
    }
    Path root = named.toAbsolutePath().normalize();
    var files = new NodeFiles(root.resolve(ClusterShape.nameOf(number)));
    write(files, members, number, named);
    return new AddedNode(files, LocalNode.read(files, environment), false);
  }

  private static void write(NodeFiles files, List<LocalNode> members, int number, Path named)
      throws ClusterException {
    LocalNode first = members.getFirst();
    int base = first.clientAddress().port() - first.files().number();
    String host = first.clientAddress().host();
    var client = new NodeAddress(host, base + number);
    var peer = new NodeAddress(host, base + PEER_OFFSET + number);
    Ports.requireFree(List.of(client, peer), "the node cannot be added");
    List<String> seeds = members.stream().map(member -> member.peerAddress().toString()).toList();
    try {
      String shared = shared(Files.readString(first.files().configuration()));
      Files.createDirectories(files.directory());
      files.markJoining();
      NodeFiles.write(
          files.configuration(),
          """
          # Written by `flywheel add`: the settings of the cluster are those of %s.
          node: %s
          %sdata: %s
          listen: {client: "%s", peer: "%s"}
          seeds: [%s]
          %s\
          """
              .formatted(
                  first.name(),
                  files.name(),
                  zone(members),
                  ClusterShape.quoted(files.directory().toString()),
                  client,
                  peer,
                  String.join(", ", seeds.stream().map(ClusterShape::quoted).toList()),
                  shared));
    } catch (IOException e) {
      throw new ClusterException("cannot write to " + named + " (" + e + ")", e);
    }
  }

  /**
   * What all nodes of a cluster have in common, word for word: settings that differ would keep the
   * node out. An entry goes from its name to where the next one begins.
   */
  static String shared(String configuration) {
    var shared = new StringBuilder();
    boolean own = false;
    for (String line : configuration.lines().toList()) {
      var entry = ENTRY.matcher(line);
      if (entry.matches()) {
        own = OWN.contains(entry.group(2));
      } else if (line.startsWith("#")) {
        own = true; // Of another file, most likely.
      }
      if (!own) {
        shared.append(line).append('\n');
      }
    }
    return shared.toString();
  }

  /** The rack that has the fewest nodes; nothing where all are in the one that is the default. */
  private static String zone(List<LocalNode> members) {
    var sizes = new TreeMap<String, Integer>();
    members.forEach(member -> sizes.merge("{datacenter: " + zoneOf(member) + "}", 1, Integer::sum));
    String emptiest =
        sizes.entrySet().stream()
            .min(Comparator.comparing(Map.Entry<String, Integer>::getValue))
            .map(Map.Entry::getKey)
            .orElse("");
    return "zone: " + emptiest + "\n";
  }

  private static String zoneOf(LocalNode member) {
    var zone = member.configuration().zone();
    return zone.datacenter() + ", rack: " + zone.rack();
  }

  public LocalNode node() {
    return node;
  }

  /** Whether an earlier command began with it. */
  public boolean isResumed() {
    return resumed;
  }

  /** Starts its process, unless it runs already, and waits until it answers. */
  public void start(Map<String, String> environment) throws ClusterException {
    if (files.process().isEmpty()) {
      Ports.requireFree(List.of(node.clientAddress(), node.peerAddress()), "try again");
      try {
        Process process = NodeProcess.start(DETACHED, files, environment);
        files.writePid(process.pid());
        awaitAnswer(process);
      } catch (IOException e) {
        throw new ClusterException("cannot start " + node.name() + " (" + e + ")", e);
      }
    }
  }

  /** It is a member now, and is treated like any other from here on. */
  public void joined() throws ClusterException {
    try {
      files.unmarkJoining();
    } catch (IOException e) {
      throw new ClusterException("cannot delete " + files.joining() + " (" + e + ")", e);
    }
  }

  /** Its change was undone: what it has on disk is of no use to anybody. */
  public void gaveUp() throws ClusterException {
    joined();
    try {
      files.markLeft();
    } catch (IOException e) {
      throw new ClusterException("cannot write to " + files.directory() + " (" + e + ")", e);
    }
  }

  private void awaitAnswer(Process process) throws ClusterException {
    long since = System.nanoTime();
    while (!LocalCluster.isLive(node)) {
      if (!process.isAlive()) {
        throw new ClusterException(
            "%s ended with status %d: %s; all that it said is in %s"
                .formatted(node.name(), process.exitValue(), files.lastWords(), files.log()));
      }
      if (System.nanoTime() - since > PATIENCE_NANOS) {
        throw new ClusterException(
            node.name() + " does not answer; its log may say why: " + files.log());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
