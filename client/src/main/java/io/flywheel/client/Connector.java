package io.flywheel.client;

/** How streams come to be connected. */
@FunctionalInterface
interface Connector {
  /** Connects the stream, which is told when that is done, or cannot be. Does not wait. */
  void connect(NodeAddress address, NodeStream stream);
}
