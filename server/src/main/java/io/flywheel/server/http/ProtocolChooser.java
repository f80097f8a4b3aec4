package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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

  private final Connection connection;
  private final Http2Port http2Port;
  private @Nullable ByteBuf first;
  private boolean leaving;

  ProtocolChooser(Connection connection, Http2Port http2Port) {
    this.connection = connection;
    this.http2Port = http2Port;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var bytes = (ByteBuf) message;
    if (!leaving && !connection.arrived(bytes.readableBytes())) {
      bytes.release();
      return;
    }
    ByteBuf before = first;
    first = before == null ? bytes : Unpooled.wrappedBuffer(before, bytes);
    ByteBuf all = first;
    if (leaving) {
      return;
    }
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
      handOver(context);
    }
  }

  /** What arrives until the others are there waits here. */
  private void handOver(ChannelHandlerContext context) {
    leaving = true;
    connection.handOver();
    http2Port.take(
        context.channel(),
        () -> {
          ByteBuf arrived = first;
          first = null;
          if (arrived != null) {
            context.fireChannelRead(arrived);
            context.fireChannelReadComplete();
          }
          context.pipeline().remove(this);
        });
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
