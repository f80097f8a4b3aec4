package io.flywheel.server.peer;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.model.NodeId;

/** Who hears what happens on connections between nodes. Called on the loop thread only. */
public interface PeerListener {
  /** The first connection to this peer has completed its handshake. */
  void connected(NodeId peer);

  /** The last connection to this peer has gone. */
  void disconnected(NodeId peer);

  /** The envelope's sender is the peer that the connection's handshake named. */
  void received(Envelope envelope);

  /** Another process runs with this node's identity: both must stop. */
  void identityInUse(String where);
}
