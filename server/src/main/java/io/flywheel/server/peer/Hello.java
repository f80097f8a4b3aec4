package io.flywheel.server.peer;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;

/**
 * The first frame each way on a connection between nodes.
 *
 * @param startId which start of the node this is
 * @param wallMillis the sender's clock, to be compared
 * @param peerAddress host:port at which the sender is dialled
 * @param features what the sender can do beyond the protocol's version, one bit each
 * @param nonce drawn for this connection alone, see {@link PeerSecret}
 */
record Hello(
    String cluster,
    NodeId node,
    long startId,
    long wallMillis,
    String peerAddress,
    long features,
    Bytes nonce) {
  static final int PROTOCOL = 3;

  private static final int MAGIC = 0x464c5957; // FLYW
  private static final int MOST_TEXT_BYTES = 256;

  Bytes encode() {
    var out = new ByteWriter();
    out.i32(MAGIC).u16(PROTOCOL).text(cluster).i64(node.value()).i64(startId);
    return out.i64(wallMillis).text(peerAddress).i64(features).raw(nonce.array()).toBytes();
  }

  static Hello decode(Bytes bytes) throws MalformedException {
    var in = new ByteReader(bytes.array());
    if (in.i32() != MAGIC) {
      throw new MalformedException("not a Flywheel node");
    }
    int protocol = in.u16();
    if (protocol != PROTOCOL) {
      throw new MalformedException(
          "speaks version " + protocol + " of the protocol, this node " + PROTOCOL);
    }
    var hello =
        new Hello(
            in.text(MOST_TEXT_BYTES),
            new NodeId(in.i64()),
            in.i64(),
            in.i64(),
            in.text(MOST_TEXT_BYTES),
            in.i64(),
            Bytes.wrap(in.raw(PeerSecret.NONCE_BYTES)));
    in.end();
    return hello;
  }
}
