package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A response apart from what its connection adds.
 *
 * @param context the token for the {@code Context} header, empty for none
 * @param allow the value of an {@code Allow} header
 * @param retryLater whether to ask the client to wait a little
 * @param body owned by the answer until it is sent
 */
public record Answer(
    int status,
    String contentType,
    String context,
    @Nullable String allow,
    boolean retryLater,
    ByteBuf body) {
  public static final String JSON = "application/json";
  public static final String PROBLEM = "application/problem+json";

  public static Answer json(int status, String context, ByteBuf body) {
    return new Answer(status, JSON, context, null, false, body);
  }

  /** An answer of any type without a context. */
  public static Answer text(int status, String contentType, String text) {
    var body = Unpooled.wrappedBuffer(text.getBytes(UTF_8));
    return new Answer(status, contentType, "", null, false, body);
  }

  public static Answer problem(Problem problem, ByteBufAllocator allocator) {
    return problem(problem, "", allocator);
  }

  /** A problem document, with the context that goes with it. */
  static Answer problem(Problem problem, String context, ByteBufAllocator allocator) {
    var body = allocator.buffer(256 + context.length());
    JsonText.plain(body, "{\"type\":\"urn:flywheel:problem:" + problem.type().name + "\"");
    JsonText.plain(body, ",\"title\":");
    JsonText.string(body, problem.type().title);
    JsonText.plain(body, ",\"status\":" + problem.status() + ",\"detail\":");
    JsonText.string(body, problem.detail());
    var outcome = problem.outcome();
    if (outcome != null) {
      JsonText.plain(body, ",\"outcome\":\"" + outcome.text + "\"");
    }
    if (!context.isEmpty()) {
      JsonText.plain(body, ",\"context\":\"" + context + "\"");
    }
    body.writeByte('}');
    return new Answer(
        problem.status(), PROBLEM, context, problem.allow(), problem.mayBeRetried(), body);
  }
}
