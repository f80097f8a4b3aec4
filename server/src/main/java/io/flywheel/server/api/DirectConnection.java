package io.flywheel.server.api;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.server.http.ProblemType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Conversation} on a connection of its own. A message is the length of what follows it (4
 * bytes) and a {@code StreamRequest} or {@code StreamResponse}. A length is checked before anything
 * is kept for it; what is too large is skipped, and answered as such. As with {@link StreamCall}, a
 * client that sends and does not read is made to wait. Answers of a turn go out together.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the channel comes to exceptionCaught
final class DirectConnection extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(DirectConnection.class);

  static final int LENGTH_BYTES = 4;

  private static final long STALL_NANOS = 10_000_000_000L;
  private static final long LEAST_BYTES_PER_SECOND = 64 << 10;

  /** A message is thrown away up to this size: values have 16 MiB at most, whatever is set. */
  static final int MOST_SKIPPED_BYTES = 64 << 20;

  private static final int GATHERED_BYTES = 64 << 10;
  private static final int USUAL_BYTES = 8 << 10;

  /** The id comes first: its tag, and at most ten bytes. */
  private static final int ID_BYTES = 11;

  private static final int ID_TAG = StreamRequest.ID_FIELD_NUMBER << 3;

  private final Channel channel;
  private final Conversation conversation;
  private final int mostBytes;
  private final StreamRoom room = new StreamRoom();
  private long skippedBytes = DirectPort.PREFACE.length;
  private @Nullable ByteBuf gathered;
  private boolean flushing;
  private boolean paused;
  private boolean resuming;
  private boolean inputEnded;

  /** How long the message is of which a part has come; 0 where none has begun. */
  private int frameBytes;

  private long frameSinceNanos;
  private long blockedSinceNanos;
  private boolean ended;

  DirectConnection(Channel channel, Operations operations, int mostBytes) {
    this.channel = channel;
    this.conversation = new Conversation(operations, this::answer);
    this.mostBytes = mostBytes;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    try {
      boolean more = true;
      while (more && in.isReadable()) {
        if (ended) {
          in.skipBytes(in.readableBytes());
        } else if (skippedBytes > 0) {
          int skipped = (int) Math.min(skippedBytes, in.readableBytes());
          in.skipBytes(skipped);
          skippedBytes -= skipped;
          frameBytes = skippedBytes == 0 ? 0 : frameBytes;
        } else if (room.isFull() || !channel.isWritable()) {
          paused = true;
          channel.config().setAutoRead(false);
          more = false;
        } else {
          more = next(in);
        }
      }
    } catch (IOException e) {
      LOG.debug("a client's message cannot be read", e);
      refuse(0, ProblemType.MALFORMED_BODY, "request", "cannot be read");
      end();
    }
  }

  /** Begins with the next request; false if not all of it is there. */
  private boolean next(ByteBuf in) throws IOException {
    if (in.readableBytes() < LENGTH_BYTES) {
      waitsFor(LENGTH_BYTES);
      return false;
    }
    int start = in.readerIndex() + LENGTH_BYTES;
    int length = in.getInt(in.readerIndex());
    if (length < 0 || length > MOST_SKIPPED_BYTES) {
      throw new InvalidProtocolBufferException(Integer.toUnsignedString(length) + " bytes");
    }
    if (length > mostBytes) {
      waitsFor(length);
      if (in.readableBytes() < LENGTH_BYTES + ID_BYTES) {
        return false;
      }
      String detail = "is larger than any message that this node takes";
      refuse(id(in, start), ProblemType.VALUE_TOO_LARGE, "value", detail);
      in.skipBytes(LENGTH_BYTES);
      skippedBytes = length;
      return true;
    }
    if (in.readableBytes() < LENGTH_BYTES + length) {
      waitsFor(length);
      return false;
    }
    frameBytes = 0;
    var bytes = CodedInputStream.newInstance(in.nioBuffer(start, length));
    var request = StreamRequest.parseFrom(bytes);
    in.skipBytes(LENGTH_BYTES + length);
    room.took();
    conversation.begin(request);
    return true;
  }

  private void waitsFor(int bytes) {
    if (frameBytes == 0) {
      frameSinceNanos = System.nanoTime();
    }
    frameBytes = bytes;
  }

  /** Ends what stalls: a message that comes too slowly, or answers that are not read. */
  void sweep(long nowNanos) {
    boolean stalls = frameBytes > 0 && !paused && isOver(frameSinceNanos, frameBytes, nowNanos);
    boolean blocked =
        !channel.isWritable() && isOver(blockedSinceNanos, DirectPort.MOST_AHEAD_BYTES, nowNanos);
    if (stalls || blocked) {
      channel.close();
    }
  }

  private static boolean isOver(long sinceNanos, int bytes, long nowNanos) {
    long patience = STALL_NANOS + bytes * 1_000_000_000L / LEAST_BYTES_PER_SECOND;
    return nowNanos - sinceNanos > patience;
  }

  private static long id(ByteBuf in, int start) throws IOException {
    var bytes = CodedInputStream.newInstance(in.nioBuffer(start, ID_BYTES));
    return bytes.readTag() == ID_TAG ? bytes.readUInt64() : 0;
  }

  private void refuse(long id, ProblemType type, String field, String detail) {
    room.took();
    conversation.fail(id, new InvalidRequestException(type, field, detail).failure());
  }

  private void answer(StreamResponse response) {
    int bytes = response.getSerializedSize();
    room.answered(bytes);
    if (channel.isActive()) {
      write(response, bytes);
      resume();
    }
  }

  /** Lets the client send nothing more. It may have sent something, which is answered too. */
  void sayClosing() {
    if (channel.isActive()) {
      var nothing = StreamResponse.Closing.getDefaultInstance();
      var response = StreamResponse.newBuilder().setClosing(nothing).build();
      write(response, response.getSerializedSize());
    }
  }

  /** At once. */
  void close() {
    channel.close();
  }

  private void write(StreamResponse response, int bytes) {
    ByteBuf buffer = gathered;
    if (buffer != null && buffer.readableBytes() + bytes > GATHERED_BYTES) {
      gathered = null; // First: it is the channel's from here on.
      channel.write(buffer, channel.voidPromise());
      buffer = null;
    }
    if (buffer == null) {
      buffer = channel.alloc().directBuffer(Math.max(USUAL_BYTES, LENGTH_BYTES + bytes));
      gathered = buffer;
    }
    buffer.ensureWritable(LENGTH_BYTES + bytes).writeInt(bytes);
    try {
      var room = buffer.nioBuffer(buffer.writerIndex(), bytes);
      var stream = CodedOutputStream.newInstance(room);
      response.writeTo(stream);
      stream.flush();
    } catch (IOException e) {
      throw new IllegalStateException("a buffer is shorter than the message is", e);
    }
    buffer.writerIndex(buffer.writerIndex() + bytes);
    if (!flushing) {
      flushing = true;
      channel.eventLoop().execute(this::flush);
    }
  }

  /** Once the loop has done what it is at. */
  private void flush() {
    flushing = false;
    ByteBuf buffer = gathered;
    gathered = null;
    if (buffer != null) {
      channel.writeAndFlush(buffer, channel.voidPromise());
    }
    if (ended && room.isIdle()) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** Goes on with what has arrived, where that waited for room. */
  private void resume() {
    if (paused && !resuming && !room.isFull() && channel.isWritable()) {
      resuming = true;
      channel
          .eventLoop()
          .execute(
              () -> {
                resuming = false;
                paused = false;
                frameSinceNanos = System.nanoTime(); // It could not come meanwhile.
                if (!inputEnded) {
                  channel.config().setAutoRead(true);
                }
                channel.pipeline().fireChannelRead(Unpooled.EMPTY_BUFFER);
                channel.pipeline().fireChannelReadComplete();
                if (inputEnded && !paused) {
                  end();
                }
              });
    }
  }

  /** Takes no more, and closes when all is answered. */
  private void end() {
    ended = true;
    if (!flushing && room.isIdle()) {
      flushing = true;
      channel.eventLoop().execute(this::flush);
    }
  }

  /** Without reading on by itself while it is paused, which the decoder would. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    discardSomeReadBytes();
    context.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    super.channelWritabilityChanged(context);
    blockedSinceNanos = System.nanoTime();
    resume();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      super.userEventTriggered(context, event);
      return;
    }
    inputEnded = true;
    if (!paused) { // Else what has arrived still has to be worked off, and would be thrown away.
      super.userEventTriggered(context, event);
      end();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    ended = true; // What has arrived and not begun has nobody who waits for it.
    super.channelInactive(context);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    ended = true;
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException || cause instanceof ReadTimeoutException) {
      LOG.debug("a connection broke", cause);
    } else {
      LOG.error("a connection failed", cause);
    }
    channel.close();
  }
}
