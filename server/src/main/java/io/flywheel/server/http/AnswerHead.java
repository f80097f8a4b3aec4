package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.flywheel.server.http.Problem.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Writes status line and headers. */
final class AnswerHead {
  static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII);

  private static final byte[][] STATUS_LINES = new byte[600][];
  private static final int ROOM = 192;

  static {
    for (int status = 200; status < STATUS_LINES.length; status++) {
      String line = "HTTP/1.1 " + status + " " + reason(status) + "\r\nContent-Type: ";
      STATUS_LINES[status] = line.getBytes(US_ASCII);
    }
  }

  /** The whole of an answer to those for whom there is no room. */
  static final byte[] TOO_MANY_CONNECTIONS = tooManyConnections();

  private AnswerHead() {}

  private static byte[] tooManyConnections() {
    var allocator = UnpooledByteBufAllocator.DEFAULT;
    var answer =
        Answer.problem(
            Problem.of(ProblemType.UNAVAILABLE, "too many connections are open", Outcome.NOT_DONE),
            allocator);
    var whole = encode(answer, Persistence.CLOSED, allocator).writeBytes(answer.body());
    answer.body().release();
    try {
      return ByteBufUtil.getBytes(whole);
    } finally {
      whole.release();
    }
  }

  private static String reason(int status) {
    return HttpResponseStatus.valueOf(status).reasonPhrase();
  }

  /** What a connection does after an answer, as far as the client must be told. */
  enum Persistence {
    /** It stays, as is usual. */
    KEPT,
    /** It stays, which a client of HTTP/1.0 does not expect. */
    KEPT_ALIVE,
    CLOSED
  }

  static ByteBuf encode(Answer answer, Persistence persistence, ByteBufAllocator allocator) {
    var head = allocator.buffer(ROOM + answer.contentType().length() + answer.context().length());
    head.writeBytes(STATUS_LINES[answer.status()]);
    head.writeCharSequence(answer.contentType(), US_ASCII);
    if (!answer.context().isEmpty()) {
      head.writeCharSequence("\r\nContext: ", US_ASCII);
      head.writeCharSequence(answer.context(), US_ASCII);
    }
    String allow = answer.allow();
    if (allow != null) {
      head.writeCharSequence("\r\nAllow: ", US_ASCII);
      head.writeCharSequence(allow, US_ASCII);
    }
    if (answer.retryLater()) {
      head.writeCharSequence("\r\nRetry-After: " + Problem.RETRY_AFTER_SECONDS, US_ASCII);
    }
    switch (persistence) {
      case KEPT -> {}
      case KEPT_ALIVE -> head.writeCharSequence("\r\nConnection: keep-alive", US_ASCII);
      case CLOSED -> head.writeCharSequence("\r\nConnection: close", US_ASCII);
    }
    head.writeCharSequence("\r\nContent-Length: ", US_ASCII);
    head.writeCharSequence(Integer.toString(answer.body().readableBytes()), US_ASCII);
    head.writeCharSequence("\r\n\r\n", US_ASCII);
    return head;
  }
}
