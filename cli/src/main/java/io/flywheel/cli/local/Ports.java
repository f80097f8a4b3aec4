package io.flywheel.cli.local;

import io.flywheel.cli.http.NodeAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/** Finds out before anything is started whether its ports are free. */
public final class Ports {
  private static final int LOWEST_BASE = 20_000;
  private static final int HIGHEST_BASE = 32_000; // Beyond begin the ports of outgoing connections.

  private Ports() {}

  /** A base port from which that many nodes can be started now, for clusters that live briefly. */
  public static int freeBase(int nodes) {
    var random = new SplittableRandom(ProcessHandle.current().pid() ^ System.nanoTime());
    while (true) {
      int base = random.nextInt(LOWEST_BASE, HIGHEST_BASE);
      if (new ClusterShape(nodes, base, 1, 0).addresses().stream().noneMatch(Ports::isTaken)) {
        return base;
      }
    }
  }

  static void requireFree(Collection<NodeAddress> addresses, String remedy)
      throws ClusterException {
    List<Integer> taken =
        addresses.stream().filter(Ports::isTaken).map(NodeAddress::port).sorted().toList();
    if (!taken.isEmpty()) {
      String ports = String.join(", ", taken.stream().map(String::valueOf).toList());
      String verb = taken.size() == 1 ? " is" : " are";
      throw new ClusterException(
          "port " + ports + verb + " in use; stop what uses it, or " + remedy);
    }
  }

  private static boolean isTaken(NodeAddress address) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true); // Closed connections of an earlier run are no obstacle.
      socket.bind(new InetSocketAddress(address.host(), address.port()));
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
