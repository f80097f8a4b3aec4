package io.flywheel.server.peer;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections with peers, and who is behind them. Two nodes usually hold two, as each dials the
 * other; both send on the one that the smaller id dialled, while they have it, so that answers
 * carry TCP's acknowledgements of what they answer. A peer is connected from its first completed
 * handshake to the end of its last connection.
 */
final class PeerConnections {
  private static final Logger LOG = LoggerFactory.getLogger(PeerConnections.class);
  private static final int MOST_STRANGERS = 256;
  private static final int MOST_PER_PEER = 8;

  private final LocalNode local;
  private final PeerListener listener;
  private final long handshakeMillis;
  private final RateLimitedLog warnings = new RateLimitedLog(LOG, System::nanoTime);
  private final Set<PeerConnection> strangers = new LinkedHashSet<>();
  private final Map<NodeId, List<PeerConnection>> peers = new HashMap<>();
  private final Set<PeerConnection> unflushed = new LinkedHashSet<>();
  private boolean closing;
  private long droppedMessages;
  private long malformedFrames;
  private long refusedConnections;

  PeerConnections(LocalNode local, PeerListener listener, long handshakeMillis) {
    this.local = local;
    this.listener = listener;
    this.handshakeMillis = handshakeMillis;
  }

  LocalNode local() {
    return local;
  }

  long handshakeMillis() {
    return handshakeMillis;
  }

  long droppedMessages() {
    return droppedMessages;
  }

  long malformedFrames() {
    return malformedFrames;
  }

  long refusedConnections() {
    return refusedConnections;
  }

  int connectedPeers() {
    return peers.size();
  }

  int strangers() {
    return strangers.size();
  }

  /** Sends if there is a connection with room; a message is allowed to be lost. */
  void send(NodeId to, Bytes payload) {
    PeerConnection connection = preferred(to);
    if (connection == null || !connection.send(payload)) {
      droppedMessages++;
      return;
    }
    unflushed.add(connection);
  }

  void flush() {
    unflushed.forEach(PeerConnection::flush);
    unflushed.clear();
  }

  void close() {
    closing = true;
    flush();
    List.copyOf(strangers).forEach(PeerConnection::close);
    peers.values().stream().flatMap(List::stream).toList().forEach(PeerConnection::close);
  }

  /** False where there are too many strangers already. */
  boolean opened(PeerConnection connection) {
    if (closing || (!connection.isDialled() && strangers.size() >= MOST_STRANGERS)) {
      refusedConnections++;
      warnings.warn(
          "strangers",
          "refused a connection from "
              + connection.remote()
              + ": "
              + MOST_STRANGERS
              + " others have not said yet who they are");
      return false;
    }
    strangers.add(connection);
    return true;
  }

  void handshakeTimedOut(PeerConnection connection) {
    refuse(connection, "it has not said who it is in " + handshakeMillis + " ms");
    connection.close();
  }

  /** Whether to hear a stranger further, who has said who it is and has not proven it yet. */
  boolean mayGoOn(PeerConnection connection, Hello hello) {
    if (Handshake.judge(local, hello) instanceof Handshake.Refused refused) {
      refuse(connection, refused.reason());
      return false;
    }
    return true;
  }

  void unproven(PeerConnection connection) {
    refuse(
        connection,
        "it does not know the secret of this cluster, which must be the same on all nodes");
  }

  /** Whether to talk with a node of the cluster, which may be this one or a copy of it. */
  boolean welcomes(PeerConnection connection, Hello hello) {
    return switch (Handshake.judge(local, hello)) {
      case Handshake.Accepted accepted -> {
        if (accepted.skewMillis() != 0) {
          warnings.warn(
              "skew " + hello.node(),
              "the clock of "
                  + describe(connection, hello)
                  + " differs by "
                  + accepted.skewMillis() / 1000
                  + " s from this machine's");
        }
        yield true;
      }
      case Handshake.Refused refused -> {
        refuse(connection, refused.reason());
        yield false;
      }
      case Handshake.Ourselves _ -> {
        connection.channel().attr(Dialer.LED_TO_OURSELVES).set(true);
        yield false;
      }
      case Handshake.IdentityInUse _ -> {
        listener.identityInUse(describe(connection, hello));
        yield false;
      }
    };
  }

  void established(PeerConnection connection, Hello hello) {
    strangers.remove(connection);
    connection.channel().attr(Dialer.ESTABLISHED).set(true);
    var known = peers.computeIfAbsent(hello.node(), _ -> new ArrayList<>());
    boolean first = known.isEmpty();
    known.add(connection);
    // What an earlier start of the peer has left behind is dead, even if its end is still to come.
    for (PeerConnection other : List.copyOf(known)) {
      if (other.peer() != null && other.peer().startId() != hello.startId()) {
        other.close();
      }
    }
    while (known.size() > MOST_PER_PEER) {
      known.removeFirst().close();
    }
    if (first) {
      LOG.info("connected with {}", describe(connection, hello));
      listener.connected(hello.node());
    }
  }

  void received(Envelope envelope) {
    listener.received(envelope);
  }

  void malformed(PeerConnection connection, MalformedException cause) {
    malformedFrames++;
    warnings.warn(
        "malformed " + host(connection),
        "closed the connection with " + connection.remote() + ": " + cause.getMessage());
  }

  void failed(PeerConnection connection, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("the connection with {} failed: {}", connection.remote(), cause.toString());
    } else {
      LOG.error("the connection with {} failed", connection.remote(), cause);
    }
  }

  void closed(PeerConnection connection) {
    strangers.remove(connection);
    unflushed.remove(connection);
    Hello hello = connection.peer();
    if (hello == null) {
      return;
    }
    var known = peers.get(hello.node());
    if (known != null && known.remove(connection) && known.isEmpty()) {
      peers.remove(hello.node());
      LOG.info("disconnected from {}", describe(connection, hello));
      listener.disconnected(hello.node());
    }
  }

  /** Whether what is sent there goes over a connection that this side dialled. */
  boolean sendsOnDialled(NodeId to) {
    PeerConnection connection = preferred(to);
    return connection != null && connection.isDialled();
  }

  private @Nullable PeerConnection preferred(NodeId to) {
    var known = peers.get(to);
    if (known == null) {
      return null;
    }
    boolean dialled = local.id().compareTo(to) < 0;
    for (int i = known.size() - 1; i >= 0; i--) {
      if (known.get(i).isDialled() == dialled) {
        return known.get(i);
      }
    }
    return known.getLast();
  }

  private void refuse(PeerConnection connection, String reason) {
    refusedConnections++;
    warnings.warn(
        "refused " + host(connection),
        "closed the connection with " + connection.remote() + ": " + reason);
  }

  /** Without the port, which a stranger can change with every try. */
  private static String host(PeerConnection connection) {
    String remote = connection.remote();
    int colon = remote.lastIndexOf(':');
    return connection.isDialled() || colon < 0 ? remote : remote.substring(0, colon);
  }

  private static String describe(PeerConnection connection, Hello hello) {
    return "node " + hello.node() + " at " + hello.peerAddress() + " (" + connection.remote() + ")";
  }
}
