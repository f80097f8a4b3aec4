package io.flywheel.cli.local;

import io.flywheel.cli.http.NodeAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a new local cluster is made of. Node k listens for clients on {@code basePort + k} and for
 * its peers on {@code basePort + 100 + k}.
 *
 * @param copies N, the copies of each key; where there are several data centres, in each of them
 * @param racks how many racks the nodes are dealt to, one after the other; 0 leaves them in one
 * @param datacenters how many data centres they are dealt to, one after the other, and then to the
 *     racks of each; 0 leaves them in one
 */
public record ClusterShape(int nodes, int basePort, int copies, int racks, int datacenters) {
  public static final int DEFAULT_NODES = 3;
  public static final int DEFAULT_BASE_PORT = 7400;

  /** With more the ports of the clients would reach those of the peers. */
  public static final int MOST_NODES = 99;

  private static final int DEFAULT_COPIES = 3;
  private static final int PEER_OFFSET = 100;
  private static final int MAX_PORT = 65_535;
  private static final String HOST = "127.0.0.1";

  public ClusterShape {
    check(nodes >= 1 && nodes <= MOST_NODES, "--nodes takes 1 to " + MOST_NODES + ", not " + nodes);
    check(
        basePort >= 0 && basePort + PEER_OFFSET + nodes <= MAX_PORT,
        "--base-port " + basePort + " leaves no room for " + nodes + " nodes below 65,536");
    check(
        datacenters >= 0 && datacenters <= nodes,
        "--datacenters takes 1 to the number of nodes, " + nodes + ", not " + datacenters);
    int together = nodes / Math.max(1, datacenters);
    String where = datacenters == 0 ? "" : " in a data centre";
    check(
        copies >= 1 && copies <= together,
        "--n takes 1 to the number of nodes" + where + ", " + together + ", not " + copies);
    check(
        racks >= 0 && racks <= together,
        "--racks takes 1 to the number of nodes" + where + ", " + together + ", not " + racks);
  }

  /** One in a single data centre. */
  public ClusterShape(int nodes, int basePort, int copies, int racks) {
    this(nodes, basePort, copies, racks, 0);
  }

  private static void check(boolean holds, String complaint) {
    if (!holds) {
      throw new IllegalArgumentException(complaint);
    }
  }

  public static int copiesOf(int nodes) {
    return Math.min(DEFAULT_COPIES, nodes);
  }

  static String nameOf(int number) {
    return "node-" + number;
  }

  NodeAddress clientAddress(int number) {
    return new NodeAddress(HOST, basePort + number);
  }

  NodeAddress peerAddress(int number) {
    return new NodeAddress(HOST, basePort + PEER_OFFSET + number);
  }

  List<NodeAddress> addresses() {
    return IntStream.rangeClosed(1, nodes)
        .boxed()
        .flatMap(k -> Stream.of(clientAddress(k), peerAddress(k)))
        .toList();
  }

  /** The configuration of one node, as its {@code flywheel.yaml}. */
  String configuration(int number, NodeFiles files, String secretFile) {
    List<String> members = new ArrayList<>();
    List<String> seeds = new ArrayList<>();
    for (int k = 1; k <= nodes; k++) {
      members.add(nameOf(k));
      seeds.add(peerAddress(k).toString());
    }
    String zone =
        racks == 0 && datacenters == 0
            ? ""
            : "zone: {datacenter: %s, rack: r%d}\n".formatted(datacenterOf(number), rackOf(number));
    return """
    # Written by `flywheel up`, which keeps it from then on: edit it as you like.
    cluster: local
    node: %s
    %sdata: %s
    listen: {client: "%s", peer: "%s"}
    secret: {file: %s}
    seeds: [%s]
    initial-members: [%s]
    replication: {%s, r: quorum, w: quorum}
    """
        .formatted(
            nameOf(number),
            zone,
            quoted(files.directory().toString()),
            clientAddress(number),
            peerAddress(number),
            quoted(secretFile),
            String.join(", ", seeds.stream().map(ClusterShape::quoted).toList()),
            String.join(", ", members),
            replication());
  }

  private String replication() {
    return datacenters == 0
        ? "n: " + copies
        : IntStream.rangeClosed(1, datacenters)
            .mapToObj(k -> "dc" + k + ": " + copies)
            .collect(Collectors.joining(", "));
  }

  private String datacenterOf(int number) {
    return "dc" + ((number - 1) % Math.max(1, datacenters) + 1);
  }

  private int rackOf(int number) {
    return (number - 1) / Math.max(1, datacenters) % Math.max(1, racks) + 1;
  }

  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
