package io.flywheel.simulator.world;

import io.flywheel.core.model.NodeId;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The network as one process knows it: whom it dials, and which connection leads to whom. */
final class Endpoint {
  private final TreeSet<String> dialed = new TreeSet<>();
  private final TreeMap<NodeId, Connection> routes = new TreeMap<>();

  /** False when this address is dialed already. */
  boolean dial(String address) {
    return dialed.add(address);
  }

  void stopDialling(String address) {
    dialed.remove(address);
  }

  boolean dials(String address) {
    return dialed.contains(address);
  }

  @Nullable Connection route(NodeId to) {
    return routes.get(to);
  }

  /** The connection that led there before, or null. */
  @Nullable Connection lead(NodeId to, Connection connection) {
    return routes.put(to, connection);
  }

  /** False when another connection leads there by now. */
  boolean drop(NodeId to, Connection connection) {
    return routes.remove(to, connection);
  }
}
