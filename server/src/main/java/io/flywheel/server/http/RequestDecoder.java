package io.flywheel.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;

/**
 * Netty's decoder with its strictest settings: two lengths, a length beside chunks, and blanks
 * before a colon are refused. It tells the connection of every arrival, so that a client that drips
 * its headers is noticed too.
 */
final class RequestDecoder extends HttpRequestDecoder {
  private final Connection connection;

  RequestDecoder(Connection connection, HttpLimits limits) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.lineBytes())
            .setMaxHeaderSize(limits.headerBytes()));
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof ByteBuf bytes && !connection.arrived(bytes.readableBytes())) {
      ReferenceCountUtil.release(message);
      return;
    }
    super.channelRead(context, message);
  }
}
