package io.flywheel.cli.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;

/**
 * A network for some nodes on one machine that can be cut like a real one.
 *
 * <p>Each node has a network namespace with a single link, which leads to a namespace between them
 * all that routes: the hub. This process has a link to the hub too, so that clients reach each node
 * whatever the nodes can reach. A cut is a routing rule of the hub that swallows what comes from
 * one node and goes to another. No error goes back, as none does when a cable is cut: the
 * connection falls silent, and TCP sends again what was lost once the rule is gone. A rule has a
 * direction, so that cuts may be one way.
 *
 * <p>A lossy link loses about a fifth of its packets in both directions: each by chance where the
 * kernel has netem, else in bursts of some milliseconds, by rules that come and go. So all of this
 * works wherever namespaces, veth pairs and routing rules are permitted.
 *
 * <p>Names and addresses have the process id in them. What a process that was killed has left
 * behind is removed by the next one.
 */
final class NamespaceNetwork implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("fw(\\d+)(hub|n\\d+)");
  private static final String WIRE = "wire";
  private static final String CUT = "100";
  private static final String LOSS = "50";
  private static final String LOSS_SHARE = "20%";
  private static final long WHOLE_MILLIS = 80;
  private static final long BURST_MILLIS = 20;

  private final String prefix;
  private final String subnet;
  private final String hub;
  private final int nodes;
  private final Set<Integer> lossy = new ConcurrentSkipListSet<>();
  private final Thread bursts;
  private final Thread onExit;
  private volatile boolean closed;

  private NamespaceNetwork(int nodes) {
    long pid = ProcessHandle.current().pid();
    this.prefix = "fw" + pid;
    this.subnet = "198.18." + pid % 250 + ".";
    this.hub = prefix + "hub";
    this.nodes = nodes;
    this.bursts = Thread.ofPlatform().name("bursts").daemon().unstarted(this::burst);
    this.onExit = Thread.ofPlatform().unstarted(this::remove);
  }

  /**
   * @throws IOException if this machine does not permit it; the message says what it refused
   */
  static NamespaceNetwork create(int nodes) throws IOException {
    sweep();
    var network = new NamespaceNetwork(nodes);
    Runtime.getRuntime().addShutdownHook(network.onExit);
    try {
      network.build();
    } catch (IOException e) {
      network.close();
      throw e;
    }
    return network;
  }

  private void build() throws IOException {
    ip("netns", "add", hub);
    ip("-n", hub, "link", "set", "lo", "up");
    ip("netns", "exec", hub, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
    for (int node = 0; node < nodes; node++) {
      String space = space(node);
      ip("netns", "add", space);
      ip("-n", space, "link", "set", "lo", "up");
      ip("-n", hub, "link", "add", leg(node), "type", "veth", "peer", "name", WIRE, "netns", space);
      connect(leg(node), address(node));
      ip("-n", space, "addr", "add", address(node) + "/32", "dev", WIRE);
      ip("-n", space, "link", "set", WIRE, "up");
      ip("-n", space, "route", "add", subnet + "254", "dev", WIRE);
      ip("-n", space, "route", "add", "default", "via", subnet + "254");
    }
    ip("link", "add", prefix, "type", "veth", "peer", "name", "clients", "netns", hub);
    connect("clients", subnet + "253");
    ip("addr", "add", subnet + "253/32", "dev", prefix);
    ip("link", "set", prefix, "up");
    ip("route", "add", subnet + "254", "dev", prefix);
    ip("route", "add", subnet + "0/24", "via", subnet + "254", "src", subnet + "253");
  }

  private void connect(String link, String other) throws IOException {
    ip("-n", hub, "addr", "add", subnet + "254/32", "dev", link);
    ip("-n", hub, "link", "set", link, "up");
    ip("-n", hub, "route", "add", other, "dev", link);
  }

  private String space(int node) {
    return prefix + "n" + (node + 1);
  }

  private static String leg(int node) {
    return "n" + (node + 1);
  }

  String address(int node) {
    return subnet + (node + 1);
  }

  /** What runs a command inside the node's namespace, as a process that is the command's own. */
  List<String> inside(int node) {
    return List.of("ip", "netns", "exec", space(node));
  }

  /** Nothing that these nodes send reaches those any more. */
  void cutOneWay(List<Integer> from, List<Integer> to) throws IOException {
    for (int sender : from) {
      for (int receiver : to) {
        ip(
            List.of("-n", hub, "rule", "add", "pref", CUT),
            List.of("from", address(sender), "to", address(receiver), "blackhole"));
      }
    }
  }

  void cut(List<Integer> side, List<Integer> other) throws IOException {
    cutOneWay(side, other);
    cutOneWay(other, side);
  }

  /** The node's link loses packets from now on; answers by which means. */
  String lose(int node) throws IOException {
    try {
      run("tc", "-n", hub, "qdisc", "add", "dev", leg(node), "root", "netem", "loss", LOSS_SHARE);
      run(
          "tc",
          "-n",
          space(node),
          "qdisc",
          "add",
          "dev",
          WIRE,
          "root",
          "netem",
          "loss",
          LOSS_SHARE);
      return "netem";
    } catch (IOException e) {
      lossy.add(node);
      if (bursts.getState() == Thread.State.NEW) {
        bursts.start();
      }
      return "bursts";
    }
  }

  /** Every link and every way is whole again. */
  void heal() throws IOException {
    synchronized (lossy) {
      lossy.clear();
      flush(CUT);
      flush(LOSS);
    }
    for (int node = 0; node < nodes; node++) {
      if (run("tc", "-n", hub, "qdisc", "show", "dev", leg(node)).contains("netem")) {
        run("tc", "-n", hub, "qdisc", "del", "dev", leg(node), "root");
        run("tc", "-n", space(node), "qdisc", "del", "dev", WIRE, "root");
      }
    }
  }

  private void flush(String preference) throws IOException {
    String rules = run("ip", "-n", hub, "rule", "list", "pref", preference);
    long count = rules.lines().filter(rule -> rule.startsWith(preference + ":")).count();
    for (long i = 0; i < count; i++) {
      ip("-n", hub, "rule", "del", "pref", preference);
    }
  }

  private void burst() {
    try {
      while (!closed) {
        Soak.pause(WHOLE_MILLIS);
        synchronized (lossy) {
          for (int node : lossy) {
            ip("-n", hub, "rule", "add", "pref", LOSS, "from", address(node), "blackhole");
            ip("-n", hub, "rule", "add", "pref", LOSS, "to", address(node), "blackhole");
          }
        }
        Soak.pause(BURST_MILLIS);
        synchronized (lossy) {
          flush(LOSS);
        }
      }
    } catch (IOException e) {
      if (!closed) {
        throw new AssertionError("cannot drop packets", e);
      }
    } catch (InterruptedException e) {
      // The network is no more.
    }
  }

  @Override
  public void close() {
    remove();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // The process is about to end, and the hook finds nothing left.
    }
  }

  /** All that there may be of it. A link goes with the namespace of its other end. */
  private void remove() {
    closed = true;
    bursts.interrupt();
    for (int node = 0; node < nodes; node++) {
      attempt("ip", "netns", "del", space(node));
    }
    attempt("ip", "link", "del", prefix);
    attempt("ip", "netns", "del", hub);
  }

  /** Removes what processes left that are no more. */
  private static void sweep() throws IOException {
    Set<String> dead = new TreeSet<>();
    for (String line : run("ip", "netns", "list").lines().toList()) {
      var name = NAME.matcher(line.split(" ", 2)[0]);
      if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
        attempt("ip", "netns", "del", name.group());
        dead.add("fw" + name.group(1));
      }
    }
    dead.forEach(link -> attempt("ip", "link", "del", link));
  }

  private static void attempt(String... command) {
    try {
      run(command);
    } catch (IOException e) {
      // It was never made, or is gone already.
    }
  }

  private static void ip(String... words) throws IOException {
    ip(List.of(words), List.of());
  }

  private static void ip(List<String> words, List<String> more) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(words);
    command.addAll(more);
    run(command.toArray(String[]::new));
  }

  private static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException("`" + String.join(" ", command) + "`: " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command[0] + " ran", e);
    }
    return said;
  }
}
