package io.flywheel.server.http;

import io.flywheel.core.model.Bytes;
import io.flywheel.server.http.AnswerHead.Persistence;
import io.flywheel.server.http.Pace.Phase;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: one request at a time, in the order of their arrival (RFC 9112, 9.3.2).
 * What a pipelining client has sent beyond it waits here, and reading stops until it is worked off.
 *
 * <p>A request that is refused by its head has its body read to the end and thrown away, so that
 * the answer arrives and the connection stays useful. Where that body is too long the answer goes
 * out at once, and the connection lingers until the client has had time to see it: closing with
 * unread input would reset the connection and take the answer along.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on the channel comes to exceptionCaught
final class Connection extends ChannelInboundHandlerAdapter implements Reply {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /** A body is thrown away up to this many times the size that would have been taken. */
  private static final int DRAINED_LIMITS = 4;

  /** Answers below this size are not worth counting. */
  private static final int SMALL_ANSWER_BYTES = 64 << 10;

  private final Channel channel;
  private final Connections connections;
  private final Router router;
  private final BodyBuffer body;
  private final Pace pace;
  private final ArrayDeque<Object> queue = new ArrayDeque<>(0);

  private @Nullable RequestHead head;
  private @Nullable Call call;
  private @Nullable Problem refusal;
  private long receivedBytes;
  private long drainLimitBytes;

  private boolean draining;
  private boolean reading;
  private boolean written;
  private boolean inputEnded;
  private boolean retired;

  Connection(Channel channel, Connections connections, Router router) {
    this.channel = channel;
    this.connections = connections;
    this.router = router;
    this.body = new BodyBuffer(connections.memory());
    this.pace = new Pace(connections.limits(), System.nanoTime());
  }

  /** Leaves the connection to another protocol; it counts as one all the same. */
  void handOver() {
    connections.handOver(this, channel.closeFuture());
    channel.pipeline().remove(RequestDecoder.class);
    channel.pipeline().remove(this);
  }

  /** Notes bytes from the wire, before anybody has made sense of them; false to throw them away. */
  boolean arrived(int bytes) {
    reading = true;
    pace.arrived(bytes, System.nanoTime());
    return !pace.is(Phase.LINGERING);
  }

  private void enter(Phase next) {
    pace.enter(next, System.nanoTime());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (pace.is(Phase.LINGERING)) {
      ReferenceCountUtil.release(message);
    } else if (pace.is(Phase.WAITING) || draining || !queue.isEmpty() || !channel.isWritable()) {
      queue.add(message);
      channel.config().setAutoRead(false);
    } else {
      accept(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    reading = false;
    if (written) {
      flush();
    }
  }

  private void accept(Object message) {
    try {
      if (pace.is(Phase.LINGERING)) {
        return;
      }
      if (message instanceof HttpRequest request) {
        begin(request);
      }
      if (message instanceof HttpContent content && pace.is(Phase.READING)) {
        add(content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(HttpRequest request) {
    if (pace.is(Phase.IDLE)) {
      enter(Phase.READING);
    }
    head = null;
    call = null;
    refusal = null;
    receivedBytes = 0;
    var decoded = request.decoderResult();
    if (decoded.isFailure()) {
      refuseAndClose(problemOf(decoded.cause()));
      return;
    }
    long bodyBytes = 0;
    boolean clientWaits = false;
    drainLimitBytes = (long) DRAINED_LIMITS * router.usualBodyBytes();
    try {
      var requestHead = RequestHead.of(request);
      head = requestHead;
      bodyBytes = requestHead.bodyBytes();
      clientWaits = requestHead.expectsContinue() && bodyBytes != 0;
      Call opened = router.find(requestHead).open(requestHead);
      call = opened;
      drainLimitBytes = (long) DRAINED_LIMITS * opened.bodyLimitBytes();
      body.begin(bodyBytes, opened.bodyLimitBytes());
      if (clientWaits) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(AnswerHead.CONTINUE));
      }
    } catch (ProblemException e) {
      refusal = e.problem();
      if (head == null || clientWaits || bodyBytes > drainLimitBytes) {
        refuseAndClose(e.problem());
      }
    }
  }

  private void add(HttpContent content) {
    var decoded = content.decoderResult();
    if (decoded.isFailure()) {
      refuseAndClose(problemOf(decoded.cause()));
      return;
    }
    receivedBytes += content.content().readableBytes();
    if (refusal == null) {
      try {
        body.add(content.content());
      } catch (ProblemException e) {
        refusal = e.problem();
        body.release();
      }
    }
    if (refusal != null && receivedBytes > drainLimitBytes) {
      refuseAndClose(refusal);
      return;
    }
    if (content instanceof LastHttpContent) {
      carryOut();
    }
  }

  private void carryOut() {
    enter(Phase.WAITING);
    Call opened = call;
    if (refusal != null || opened == null) {
      Problem problem = refusal == null ? Problem.internal() : refusal;
      send(Answer.problem(problem, allocator()));
    } else {
      run(opened, body.take(), this);
    }
  }

  /** Carries out a request; what comes of it, be it a bug, is answered. */
  static void run(Call call, Bytes body, Reply reply) {
    try {
      call.run(body, reply);
    } catch (ProblemException e) {
      reply.send(Answer.problem(e.problem(), reply.allocator()));
    } catch (RuntimeException e) {
      LOG.error("a request failed", e);
      reply.send(Answer.problem(Problem.internal(), reply.allocator()));
    }
  }

  private static Problem problemOf(Throwable cause) {
    if (cause instanceof TooLongHttpHeaderException) {
      return Problem.of(ProblemType.HEADERS_TOO_LARGE, "send a long context in the body instead");
    }
    if (cause instanceof TooLongFrameException) {
      return Problem.of(ProblemType.TARGET_TOO_LONG, "a key has at most 1,024 bytes");
    }
    return Problem.of(
        ProblemType.MALFORMED_REQUEST, "the request line, the headers or the framing of the body");
  }

  @Override
  public ByteBufAllocator allocator() {
    return channel.alloc();
  }

  @Override
  public boolean affords(long bytes) {
    return bytes <= SMALL_ANSWER_BYTES || connections.memory().affords(bytes);
  }

  /** Answers the request that is being carried out, and turns to the next. */
  @Override
  public void send(Answer answer) {
    body.release();
    if (!pace.is(Phase.WAITING) || !channel.isActive()) {
      answer.body().release();
      return;
    }
    boolean last = retired || (inputEnded && queue.isEmpty());
    RequestHead answered = head;
    if (answered == null || !answered.keepsAlive()) {
      last = true;
    }
    write(answer, last);
    if (last) {
      if (inputEnded || (queue.isEmpty() && !pace.hasArrivedWhileWaiting())) {
        closeWhenWritten();
      } else {
        linger();
      }
      return;
    }
    enter(pace.hasArrivedWhileWaiting() && queue.isEmpty() ? Phase.READING : Phase.IDLE);
    drain();
  }

  /** Answers before all of a request has arrived, which is the end of the connection. */
  private void refuseAndClose(Problem problem) {
    body.release();
    write(Answer.problem(problem, allocator()), true);
    linger();
  }

  private void write(Answer answer, boolean last) {
    Answer affordable = answer;
    int size = answer.body().readableBytes();
    RequestHead answered = head;
    boolean bodiless = answered != null && answered.isHead();
    boolean counted = size > SMALL_ANSWER_BYTES && !bodiless;
    if (counted && !connections.memory().take(size)) {
      answer.body().release();
      counted = false;
      affordable = Answer.problem(Problem.tooMuchIsDownloaded(), allocator());
    }
    boolean http10 = answered != null && answered.isHttp10();
    var persistence =
        last ? Persistence.CLOSED : http10 ? Persistence.KEPT_ALIVE : Persistence.KEPT;
    var first = AnswerHead.encode(affordable, persistence, allocator());
    if (bodiless) {
      affordable.body().release();
      channel.write(first, channel.voidPromise());
    } else if (counted) {
      channel.write(first, channel.voidPromise());
      channel.write(affordable.body()).addListener(sent -> connections.memory().giveBack(size));
    } else {
      channel.write(first, channel.voidPromise());
      channel.write(affordable.body(), channel.voidPromise());
    }
    if (!written) {
      written = true;
      if (!reading) {
        connections.flushSoon(this);
      }
    }
  }

  void flush() {
    written = false;
    channel.flush();
  }

  /** Works off what has arrived in the meantime, up to the next request that has to wait. */
  private void drain() {
    if (draining) {
      return;
    }
    draining = true;
    while (!queue.isEmpty() && !pace.is(Phase.WAITING) && channel.isWritable()) {
      accept(queue.remove());
    }
    draining = false;
    if (queue.isEmpty() && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
    if (inputEnded && queue.isEmpty() && !pace.is(Phase.WAITING)) {
      closeWhenWritten();
    }
  }

  private void closeWhenWritten() {
    enter(Phase.LINGERING);
    releaseQueue();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private void linger() {
    enter(Phase.LINGERING);
    releaseQueue();
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            sent -> {
              if (!sent.isSuccess() || inputEnded) {
                channel.close();
              } else if (channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
              }
            });
    channel.config().setAutoRead(true);
  }

  /** Ends what has waited for too long. */
  void sweep(long nowNanos) {
    switch (pace.judge(nowNanos)) {
      case FINE -> {}
      case CLOSE -> channel.close();
      case REFUSE ->
          refuseAndClose(
              Problem.of(ProblemType.REQUEST_TIMEOUT, "it stalled, or came in too slowly"));
    }
  }

  /** Ends now if nothing is going on, otherwise with the next answer. */
  void retire() {
    retired = true;
    if (pace.is(Phase.IDLE)) {
      closeWhenWritten();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      pace.unblocked();
      drain();
    } else {
      pace.blocked(channel.bytesBeforeWritable(), System.nanoTime());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      if (pace.is(Phase.LINGERING)) {
        channel.close();
      } else if (!pace.is(Phase.WAITING) && queue.isEmpty()) {
        closeWhenWritten();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    connections.forget(this);
    body.release();
    releaseQueue();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("a connection broke", cause);
    } else {
      LOG.error("a connection failed", cause);
    }
    channel.close();
  }

  private void releaseQueue() {
    while (!queue.isEmpty()) {
      ReferenceCountUtil.release(queue.remove());
    }
  }
}
