package io.flywheel.core.membership;

import io.flywheel.core.message.Message;
import io.flywheel.core.model.NodeId;

/** Hands a message to the network, which may lose it. */
@FunctionalInterface
public interface Mail {
  void send(NodeId to, Message message);
}
