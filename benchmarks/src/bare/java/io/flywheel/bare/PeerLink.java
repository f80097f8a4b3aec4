package io.flywheel.bare;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection between two nodes. A request is its length, its id, the length of the key, the key,
 * and a value where it is a put; an answer is its length, the id, and a digest where it was a get.
 */
final class PeerLink extends ByteToMessageDecoder {
  private static final int HEAD_BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;
  private static final int GET = 1 << 31;

  private final @Nullable BareStore store;
  private final @Nullable Coordinator coordinator;
  private @Nullable Outgoing outgoing;

  private PeerLink(@Nullable BareStore store, @Nullable Coordinator coordinator) {
    this.store = store;
    this.coordinator = coordinator;
  }

  static PeerLink answering(BareStore store) {
    return new PeerLink(store, null);
  }

  static PeerLink asking(Coordinator coordinator) {
    return new PeerLink(null, coordinator);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    outgoing = new Outgoing(context.channel());
  }

  void sendPut(long id, byte[] key, byte[] value) {
    head(id, key.length, key.length + value.length).writeBytes(key).writeBytes(value);
  }

  void sendGet(long id, byte[] key) {
    head(id, key.length | GET, key.length).writeBytes(key);
  }

  private ByteBuf head(long id, int detail, int more) {
    return room(HEAD_BYTES + more)
        .writeInt(HEAD_BYTES - Integer.BYTES + more)
        .writeLong(id)
        .writeInt(detail);
  }

  private ByteBuf room(int bytes) {
    if (outgoing == null) {
      throw new IllegalStateException("not connected");
    }
    return outgoing.room(bytes);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    while (in.readableBytes() >= Integer.BYTES
        && in.readableBytes() >= Integer.BYTES + in.getInt(in.readerIndex())) {
      int length = in.readInt();
      int end = in.readerIndex() + length;
      long id = in.readLong();
      int detail = in.readInt();
      if (store != null) {
        answer(store, id, detail, in, end);
      } else if (coordinator != null && length == Long.BYTES + Integer.BYTES) {
        coordinator.confirm(id);
      } else if (coordinator != null) {
        coordinator.confirm(id, in.readInt());
      }
    }
  }

  private void answer(BareStore store, long id, int detail, ByteBuf in, int end) {
    byte[] key = read(in, detail & ~GET);
    if ((detail & GET) != 0) {
      int digest = Arrays.hashCode(store.get(key));
      head(id, 0, Integer.BYTES).writeInt(digest);
    } else {
      byte[] value = read(in, end - in.readerIndex());
      store.put(key, value, () -> head(id, 0, 0));
    }
  }

  private static byte[] read(ByteBuf in, int length) {
    var bytes = new byte[length];
    in.readBytes(bytes);
    return bytes;
  }
}
