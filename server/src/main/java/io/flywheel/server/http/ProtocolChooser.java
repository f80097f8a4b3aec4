package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Lets protocols share the port: the first bytes decide. HTTP/2 with prior knowledge, which gRPC
 * speaks, begins with a preface that no request of HTTP/1.1 begins with (RFC 9113, 3.4); everything
 * else goes to the handlers behind this one, which then leaves the pipeline.
 */
final class ProtocolChooser extends ChannelInboundHandlerAdapter {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  /**
   * Empty SETTINGS, then GOAWAY with the last stream 0 and the error HTTP_1_1_REQUIRED: nothing was
   * done, and the same request may be sent by HTTP/1.1.
   */
  private static final byte[] HTTP_1_1_REQUIRED = {
    0, 0, 0, 4, 0, 0, 0, 0, 0, //
    0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xd,
  };

  private final Connection connection;
  private @Nullable ByteBuf first;
  private boolean refused;

  ProtocolChooser(Connection connection) {
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var bytes = (ByteBuf) message;
    if (refused || !connection.arrived(bytes.readableBytes())) {
      bytes.release();
      return;
    }
    ByteBuf before = first;
    first = before == null ? bytes : Unpooled.wrappedBuffer(before, bytes);
    ByteBuf all = first;
    int length = Math.min(all.readableBytes(), PREFACE.length);
    boolean http2 = true;
    for (int i = 0; i < length && http2; i++) {
      http2 = all.getByte(all.readerIndex() + i) == PREFACE[i];
    }
    if (!http2) {
      first = null;
      context.fireChannelRead(all);
      context.pipeline().remove(this);
    } else if (length == PREFACE.length) {
      refuseHttp2(context);
    }
  }

  /** Where a server of gRPC takes over, once there is one. */
  private void refuseHttp2(ChannelHandlerContext context) {
    refused = true;
    release();
    context
        .writeAndFlush(Unpooled.wrappedBuffer(HTTP_1_1_REQUIRED))
        .addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    release();
  }

  private void release() {
    if (first != null) {
      first.release();
      first = null;
    }
  }
}
