package io.flywheel.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets protocols share the port: the first bytes decide. The prefaces of the others are nothing
 * that a request of HTTP/1.1 begins with; what begins with none of them goes to the handlers behind
 * this one, which then leaves the pipeline.
 */
final class ProtocolChooser extends ChannelInboundHandlerAdapter {
  private final Connection connection;
  private final List<ProtocolPort> others;
  private @Nullable ByteBuf first;
  private boolean leaving;

  ProtocolChooser(Connection connection, List<ProtocolPort> others) {
    this.connection = connection;
    this.others = others;
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
    for (ProtocolPort other : others) {
      byte[] preface = other.preface();
      int length = Math.min(all.readableBytes(), preface.length);
      if (begins(all, preface, length)) {
        if (length == preface.length) {
          handOver(context, other);
        }
        return;
      }
    }
    first = null;
    context.fireChannelRead(all);
    context.pipeline().remove(this);
  }

  private static boolean begins(ByteBuf bytes, byte[] preface, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes.getByte(bytes.readerIndex() + i) != preface[i]) {
        return false;
      }
    }
    return true;
  }

  /** What arrives until the others are there waits here. */
  private void handOver(ChannelHandlerContext context, ProtocolPort other) {
    leaving = true;
    connection.handOver();
    other.take(
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
