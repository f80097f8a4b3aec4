package io.flywheel.bare;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** What a connection is to send: it gathers, and leaves once the loop has done what it is at. */
final class Outgoing {
  private static final int USUAL_BYTES = 16 << 10;

  private final Channel channel;
  private @Nullable ByteBuf gathered;

  Outgoing(Channel channel) {
    this.channel = channel;
  }

  /** To write a frame to, which has this many bytes at most. */
  ByteBuf room(int bytes) {
    ByteBuf buffer = gathered;
    if (buffer == null) {
      buffer = channel.alloc().directBuffer(Math.max(USUAL_BYTES, bytes));
      gathered = buffer;
      channel.eventLoop().execute(this::flush);
    }
    return buffer.ensureWritable(bytes);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a model has nothing to do about a failure
  private void flush() {
    ByteBuf buffer = gathered;
    gathered = null;
    if (buffer != null) {
      channel.writeAndFlush(buffer, channel.voidPromise());
    }
  }
}
