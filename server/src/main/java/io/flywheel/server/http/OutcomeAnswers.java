package io.flywheel.server.http;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.version.Sibling;
import io.flywheel.server.http.RequestRecorder.Ending;
import io.flywheel.server.http.RequestRecorder.Operation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns the outcome of one request into its answer. */
public final class OutcomeAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(OutcomeAnswers.class);

  /** For all of a body but its values, and for what a value has beside itself. */
  private static final int ROOM = 1_024;

  private static final long MOST_BYTES = Integer.MAX_VALUE / 2;

  private final Operation operation;
  private final @Nullable String accept;
  private final RequestRecorder recorder;
  private Ending ending = Ending.DONE;

  public OutcomeAnswers(Operation operation, @Nullable String accept, RequestRecorder recorder) {
    this.operation = operation;
    this.accept = accept;
    this.recorder = recorder;
  }

  /** How the request ended, once it was answered. */
  public Ending ending() {
    return ending;
  }

  /** Always an answer: a bug becomes one too, because a client is waiting. */
  public Answer answer(Effect.Respond response, Reply reply) {
    try {
      return answerOf(response, reply);
    } catch (RuntimeException e) {
      LOG.error("an outcome could not be written down", e);
      return Answer.problem(Problem.internal(), reply.allocator());
    }
  }

  private Answer answerOf(Effect.Respond response, Reply reply) {
    String context = response.contextToken().get();
    var allocator = reply.allocator();
    return switch (response.outcome()) {
      case Outcome.Written written -> written(written, context, allocator);
      case Outcome.Found found -> found(found, context, reply);
      case Outcome.Refused refused -> {
        ending = Ending.REFUSED;
        yield problem(
            ProblemType.of(refused.refusal()), refused.detail(), null, context, allocator);
      }
      case Outcome.NotDone obstacle -> notDone(obstacle, allocator);
      case Outcome.Unknown unknown -> {
        ending = Ending.UNKNOWN;
        var outcome = isWrite() ? Problem.Outcome.UNKNOWN : null;
        yield problem(ProblemType.TIMED_OUT, unknown.detail(), outcome, context, allocator);
      }
      case Outcome.Explained _, Outcome.Repaired _ ->
          throw new IllegalStateException("an explanation or repair answers no " + operation);
    };
  }

  private boolean isWrite() {
    return operation == Operation.PUT || operation == Operation.DELETE;
  }

  private static Answer written(
      Outcome.Written written, String context, ByteBufAllocator allocator) {
    var body = allocator.buffer(ROOM + context.length());
    JsonText.plain(body, "{\"context\":\"");
    JsonText.plain(body, context);
    JsonText.plain(body, "\",\"receipt\":{\"n\":");
    Receipt receipt = written.receipt();
    JsonText.number(body, receipt.n());
    JsonText.plain(body, ",\"primaries\":");
    JsonText.number(body, receipt.primaries());
    JsonText.plain(body, ",\"fallbacks\":");
    JsonText.number(body, receipt.fallbacks());
    JsonText.plain(body, ",\"racks\":");
    JsonText.number(body, receipt.racks());
    JsonText.plain(body, ",\"datacenters\":");
    JsonText.number(body, receipt.datacenters());
    JsonText.plain(body, receipt.durable() ? ",\"durable\":true}}" : ",\"durable\":false}}");
    return Answer.json(200, context, body);
  }

  private Answer found(Outcome.Found found, String context, Reply reply) {
    List<Sibling> values = found.values();
    recorder.values(values.size());
    if (values.isEmpty()) {
      ending = Ending.NOT_FOUND;
      String detail =
          context.isEmpty() ? "nothing was ever written" : "what was there is deleted or expired";
      return problem(ProblemType.NO_VALUE, detail, null, context, reply.allocator());
    }
    if (values.size() == 1) {
      return one(values.getFirst(), found.receipt(), context, reply);
    }
    ending = Ending.SIBLINGS;
    var body = room(values, context, reply);
    if (body == null) {
      return tooMuch(reply);
    }
    JsonText.plain(body, "{\"versions\":[");
    for (int i = 0; i < values.size(); i++) {
      JsonText.plain(body, i == 0 ? "{" : "},{");
      value(body, values.get(i));
    }
    JsonText.plain(body, "}]");
    end(body, context, found.receipt());
    return Answer.json(300, context, body);
  }

  private Answer one(Sibling sibling, Receipt receipt, String context, Reply reply) {
    byte[] value = sibling.value().array();
    String wanted = MediaType.wanted(accept, sibling.contentType());
    if (wanted != null) {
      var raw = room(value.length, reply);
      return raw == null
          ? tooMuch(reply)
          : new Answer(200, wanted, context, null, false, raw.writeBytes(value));
    }
    var body = room(List.of(sibling), context, reply);
    if (body == null) {
      return tooMuch(reply);
    }
    body.writeByte('{');
    value(body, sibling);
    end(body, context, receipt);
    return Answer.json(200, context, body);
  }

  private static @Nullable ByteBuf room(List<Sibling> values, String context, Reply reply) {
    long size = (long) ROOM + context.length();
    for (Sibling sibling : values) {
      size += ROOM + JsonText.valueBytes(sibling.value().array());
    }
    return room(size, reply);
  }

  /** For a body as large as it may become, so that it is never copied; null where there is none. */
  private static @Nullable ByteBuf room(long bytes, Reply reply) {
    if (bytes > MOST_BYTES || !reply.affords(bytes)) {
      return null;
    }
    try {
      return reply.allocator().buffer((int) bytes);
    } catch (OutOfMemoryError e) {
      LOG.warn("there is no memory for an answer of {} bytes", bytes);
      return null;
    }
  }

  private Answer tooMuch(Reply reply) {
    ending = Ending.NOT_DONE;
    return Answer.problem(Problem.tooMuchIsDownloaded(), reply.allocator());
  }

  private static void value(ByteBuf body, Sibling sibling) {
    JsonText.value(body, sibling.value().array());
    if (!sibling.contentType().isEmpty()) {
      JsonText.plain(body, ",\"content-type\":");
      JsonText.string(body, sibling.contentType());
    }
  }

  private static void end(ByteBuf body, String context, Receipt receipt) {
    JsonText.plain(body, ",\"context\":\"");
    JsonText.plain(body, context);
    JsonText.plain(body, "\",\"receipt\":{\"primaries\":");
    JsonText.number(body, receipt.primaries());
    JsonText.plain(body, ",\"fallbacks\":");
    JsonText.number(body, receipt.fallbacks());
    JsonText.plain(body, ",\"repaired\":");
    JsonText.number(body, receipt.repaired());
    JsonText.plain(body, "}}");
  }

  private Answer notDone(Outcome.NotDone notDone, ByteBufAllocator allocator) {
    ending = Ending.NOT_DONE;
    boolean late = notDone.obstacle() == Outcome.Obstacle.DEADLINE && !isWrite();
    return late
        ? problem(ProblemType.TIMED_OUT, notDone.detail(), null, "", allocator)
        : problem(
            ProblemType.UNAVAILABLE, notDone.detail(), Problem.Outcome.NOT_DONE, "", allocator);
  }

  private static Answer problem(
      ProblemType type,
      String detail,
      Problem.@Nullable Outcome outcome,
      String context,
      ByteBufAllocator allocator) {
    return Answer.problem(new Problem(type, detail, outcome, null), context, allocator);
  }
}
