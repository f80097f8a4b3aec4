package io.flywheel.cli.local;

import io.flywheel.cli.http.NodeAddress;
import io.flywheel.server.config.Address;
import io.flywheel.server.config.ConfigException;
import io.flywheel.server.config.ConfigReader;
import io.flywheel.server.config.ServerConfig;
import java.util.Map;

/** A node of a local cluster: its files, and the configuration that it will find in them. */
public record LocalNode(NodeFiles files, ServerConfig configuration) {
  static LocalNode read(NodeFiles files, Map<String, String> environment) throws ClusterException {
    try {
      return new LocalNode(files, ConfigReader.read(files.configuration(), environment, Map.of()));
    } catch (ConfigException e) {
      throw new ClusterException(e.getMessage() + "; correct it and try again", e);
    }
  }

  public String name() {
    return configuration.node();
  }

  public String rack() {
    return configuration.zone().rack();
  }

  public String datacenter() {
    return configuration.zone().datacenter();
  }

  /** Where to reach the node as a client on this machine. */
  public NodeAddress clientAddress() {
    return reachable(configuration.client());
  }

  public NodeAddress peerAddress() {
    return reachable(configuration.peer());
  }

  private static NodeAddress reachable(Address address) {
    return new NodeAddress(address.isWildcard() ? "127.0.0.1" : address.host(), address.port());
  }
}
