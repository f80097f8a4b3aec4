package io.flywheel.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a node, and the numbered requests on it: the messages of {@code
 * KeyValue.Stream}, each after its length, without HTTP/2. What several threads send at about the
 * same time leaves together.
 */
final class NodeStream extends ByteToMessageDecoder {
  /** What is sent ahead, so that the connection is never idle while requests wait. */
  static final int AHEAD_BYTES = 128 << 10;

  private static final byte[] PREFACE = "flywheel/1\r\n".getBytes(US_ASCII);

  /** All siblings of a key, which have 64 MiB at most, and what is around them. */
  private static final int LARGEST_ANSWER_BYTES = 80 << 20;

  private static final long LOOK_SECONDS = 5;
  private static final long PING_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final long LONGEST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Node node;
  private final Map<Long, Question> unanswered = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private volatile @Nullable Channel channel;
  private volatile @Nullable Outbox outbox; // with the channel
  private volatile boolean awaited;
  private volatile boolean ending;
  private volatile long lastAnswerNanos = System.nanoTime();
  // From here on all is the network thread's own.
  private long lastHeardNanos;
  private boolean pinged;
  private boolean unreadable;
  private long unsentBytes;
  private String why = "the node ended it";

  NodeStream(Node node) {
    this.node = node;
  }

  /** Whether the connection takes more now; else {@link Node#streamReady} follows. */
  boolean isReady() {
    awaited = true; // First, or what makes room meanwhile would not tell.
    boolean ready = hasRoom();
    awaited = !ready;
    return ready;
  }

  private boolean hasRoom() {
    Channel open = channel;
    Outbox out = outbox;
    return open != null && out != null && open.isWritable() && out.bytes() < AHEAD_BYTES;
  }

  /** When it is ready. Null, or why it cannot be sent at all. */
  @Nullable Throwable send(Question question) {
    long id = lastId.incrementAndGet();
    try {
      StreamRequest request = question.leave(this, id);
      if (request != null) {
        unanswered.put(id, question);
        write(request);
      }
      return null;
    } catch (RuntimeException | OutOfMemoryError e) {
      unanswered.remove(id);
      return e;
    }
  }

  /** Does this on a thread of the network, which is where answers are given out. */
  void later(Runnable answers) {
    Channel open = channel;
    if (open != null) {
      open.eventLoop().execute(() -> Waiting.answering(answers));
    }
  }

  private void write(StreamRequest request) {
    Channel open = channel;
    Outbox out = outbox;
    if (open != null && out != null && out.add(request)) {
      open.eventLoop().execute(this::flush);
    }
  }

  private void flush() {
    Channel open = channel;
    Outbox out = outbox;
    ByteBuf all = out == null ? null : out.takeAll();
    if (open != null && out != null && all != null) {
      var unused = open.writeAndFlush(all.retain(), open.voidPromise());
      out.giveBack(all);
      tellIfReady();
    }
  }

  private void tellIfReady() {
    if (awaited && hasRoom()) {
      awaited = false;
      node.streamReady(this);
    }
  }

  /** Lets what is under way be answered, and takes nothing more. */
  void end() {
    ending = true;
    closeIfDone();
  }

  private void closeIfDone() {
    if (unanswered.isEmpty()) {
      close();
    }
  }

  /** At once. */
  void close() {
    ending = true;
    Channel open = channel;
    if (open != null) {
      var unused = open.close();
    }
  }

  /** Whether it was still unanswered. */
  boolean forget(long id) {
    boolean was = unanswered.remove(id) != null;
    if (was && ending) {
      closeIfDone();
    }
    return was;
  }

  boolean isConnected() {
    return outbox != null;
  }

  boolean isSilentSince(long nanos) {
    return lastAnswerNanos - nanos < 0;
  }

  void cannotConnect() {
    Waiting.answering(() -> node.cannotConnect(this));
  }

  /** It is connected, or was: who closes at once may have been faster, and nothing more follows. */
  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    if (context.channel().isActive()) {
      begin(context.channel());
    } else {
      cannotConnect();
    }
  }

  private void begin(Channel open) {
    lastAnswerNanos = System.nanoTime();
    lastHeardNanos = lastAnswerNanos;
    channel = open;
    outbox = new Outbox(open.alloc(), PREFACE);
    open.eventLoop().execute(this::flush);
    var look =
        open.eventLoop()
            .scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    var unused = open.closeFuture().addListener(ended -> look.cancel(false));
    if (ending) {
      closeIfDone(); // It was told to while it connected.
    }
    node.streamConnected(this);
  }

  /** Whether there is still somebody. */
  private void look() {
    Channel open = channel;
    long unsent = open == null ? 0 : open.bytesBeforeWritable();
    if (unsent != unsentBytes) {
      unsentBytes = unsent;
      lastHeardNanos = System.nanoTime(); // It takes what is sent, if slowly.
    }
    long silentNanos = System.nanoTime() - lastHeardNanos;
    if (silentNanos > LONGEST_SILENCE_NANOS && pinged) {
      why = "the node is silent";
      close();
    } else if (silentNanos > PING_NANOS && !pinged) {
      pinged = true;
      write(RingQuestion.message(lastId.incrementAndGet(), Long.MAX_VALUE));
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    lastHeardNanos = System.nanoTime();
    pinged = false;
    try {
      boolean more = !unreadable;
      while (more) {
        more = next(in);
      }
    } catch (InvalidProtocolBufferException e) {
      unreadable = true;
      why = "it does not speak as a node does: " + e.getMessage();
      close();
    }
    if (unreadable) {
      in.skipBytes(in.readableBytes());
    }
  }

  /** False if not all of the next answer is there. */
  private boolean next(ByteBuf in) throws InvalidProtocolBufferException {
    if (in.readableBytes() < Outbox.LENGTH_BYTES) {
      return false;
    }
    int length = in.getInt(in.readerIndex());
    if (length < 0 || length > LARGEST_ANSWER_BYTES) {
      throw new InvalidProtocolBufferException(
          "an answer of " + Integer.toUnsignedString(length) + " bytes");
    }
    if (in.readableBytes() < Outbox.LENGTH_BYTES + length) {
      return false;
    }
    var bytes = in.nioBuffer(in.readerIndex() + Outbox.LENGTH_BYTES, length);
    var response = StreamResponse.parser().parseFrom(CodedInputStream.newInstance(bytes));
    in.skipBytes(Outbox.LENGTH_BYTES + length);
    received(response);
    return true;
  }

  private void received(StreamResponse response) {
    if (response.hasClosing()) {
      node.streamLeaving(this);
      return;
    }
    if (!response.hasTopology()) {
      lastAnswerNanos = lastHeardNanos; // Who tells the ring may be unable to do more.
      node.circuit().answered();
    }
    Question question = unanswered.remove(response.getId());
    if (question != null) {
      Waiting.answering(() -> question.answered(response));
      if (ending) {
        closeIfDone();
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    tellIfReady();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    why = cause.toString();
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    try {
      super.channelInactive(context);
    } finally {
      ended();
    }
  }

  private void ended() {
    Outbox out = outbox;
    if (out != null) {
      out.close();
    }
    Waiting.answering(
        () -> {
          node.streamEnded(this);
          String ended = "the connection to " + node + " ended: " + why;
          for (Long id : List.copyOf(unanswered.keySet())) {
            Question question = unanswered.remove(id);
            if (question != null) {
              question.lost(ended);
            }
          }
        });
  }
}
