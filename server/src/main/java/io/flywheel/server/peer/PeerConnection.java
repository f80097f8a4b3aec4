package io.flywheel.server.peer;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a peer, dialled or accepted. Both sides say {@link Hello} at once, and answer
 * the other's with a proof that they know the cluster's secret; from then on frames are envelopes.
 * What is sent gathers in one buffer, which {@link #flush} hands to the socket.
 */
final class PeerConnection extends ByteToMessageDecoder {
  private static final int GATHERED_BYTES = 256 << 10;

  /** Room for what a turn usually sends, so that it is not copied as it grows. */
  private static final int USUAL_BYTES = 8 << 10;

  private static final int WORTH_COPYING_BYTES = 32 << 10;

  private final PeerConnections connections;
  private final Channel channel;
  private final boolean dialled;
  private Bytes ownHello = Bytes.EMPTY;
  private Bytes othersHello = Bytes.EMPTY;
  private @Nullable Hello greeting;
  private @Nullable Hello peer;
  private @Nullable ByteBuf gathered;
  private @Nullable ScheduledFuture<?> handshakeTimeout;
  private boolean closing;

  PeerConnection(PeerConnections connections, Channel channel, boolean dialled) {
    this.connections = connections;
    this.channel = channel;
    this.dialled = dialled;
  }

  /** What the other side said of itself; null until it has proven that it belongs here. */
  @Nullable Hello peer() {
    return peer;
  }

  boolean isDialled() {
    return dialled;
  }

  Channel channel() {
    return channel;
  }

  String remote() {
    return String.valueOf(channel.remoteAddress());
  }

  /** Takes a message if there is room for it; it goes out at the next flush. */
  boolean send(Bytes payload) {
    if (closing || !channel.isWritable()) {
      return false;
    }
    append(payload);
    return true;
  }

  void flush() {
    if (!closing) {
      passOn();
      channel.flush();
    }
  }

  void close() {
    closing = true;
    var _ = channel.close();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (!connections.opened(this)) {
      close();
      return;
    }
    handshakeTimeout =
        channel
            .eventLoop()
            .schedule(
                () -> connections.handshakeTimedOut(this),
                connections.handshakeMillis(),
                TimeUnit.MILLISECONDS);
    ownHello = connections.local().hello().encode();
    append(ownHello);
    flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    closing = true;
    super.channelInactive(context);
    endHandshake();
    connections.closed(this);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    closing = true;
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    try {
      while (!closing) {
        int most = peer == null ? Frames.MOST_HELLO_BYTES : Frames.MOST_MESSAGE_BYTES;
        Bytes payload = Frames.next(in, most);
        if (payload == null) {
          return;
        }
        receive(payload);
      }
    } catch (MalformedException e) {
      closing = true;
      connections.malformed(this, e);
      close();
    }
    in.skipBytes(in.readableBytes());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    connections.failed(this, cause);
    close();
  }

  private void receive(Bytes payload) throws MalformedException {
    if (greeting == null) {
      greeted(payload);
      return;
    }
    if (peer == null) {
      proven(greeting, payload);
      return;
    }
    Envelope envelope = MessageCodec.decode(payload);
    if (!envelope.from().equals(peer.node()) || envelope.startId() != peer.startId()) {
      throw new MalformedException(
          "a message from " + envelope.from() + " on a connection of " + peer.node());
    }
    connections.received(envelope);
  }

  private void greeted(Bytes payload) throws MalformedException {
    Hello hello = Hello.decode(payload);
    if (!connections.mayGoOn(this, hello)) {
      close();
      return;
    }
    greeting = hello;
    othersHello = payload;
    append(connections.local().secret().proof(dialled, ownHello, othersHello));
    flush();
  }

  private void proven(Hello hello, Bytes proof) {
    endHandshake();
    boolean knowsTheSecret =
        connections.local().secret().isProof(proof, !dialled, othersHello, ownHello);
    if (!knowsTheSecret) {
      connections.unproven(this);
      close();
    } else if (connections.welcomes(this, hello)) {
      peer = hello;
      connections.established(this, hello);
    } else {
      close();
    }
  }

  private void endHandshake() {
    if (handshakeTimeout != null) {
      handshakeTimeout.cancel(false);
      handshakeTimeout = null;
    }
  }

  private void append(Bytes payload) {
    if (gathered == null) {
      int atOnce = Math.min(payload.length(), WORTH_COPYING_BYTES) + Frames.HEADER_BYTES;
      gathered = channel.alloc().buffer(Math.max(USUAL_BYTES, atOnce));
    }
    Frames.writeHeader(gathered, payload);
    if (payload.length() < WORTH_COPYING_BYTES) {
      gathered.writeBytes(payload.array());
      if (gathered.readableBytes() >= GATHERED_BYTES) {
        passOn();
      }
    } else {
      passOn();
      var _ = channel.write(Unpooled.wrappedBuffer(payload.array()), channel.voidPromise());
    }
  }

  private void passOn() {
    if (gathered != null) {
      var _ = channel.write(gathered, channel.voidPromise());
      gathered = null;
    }
  }
}
