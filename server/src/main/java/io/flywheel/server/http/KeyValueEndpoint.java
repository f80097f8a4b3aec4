package io.flywheel.server.http;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.ContextSeal;
import io.flywheel.server.http.RequestRecorder.Ending;
import io.flywheel.server.http.RequestRecorder.Operation;
import io.flywheel.server.runtime.Lane;
import io.flywheel.server.runtime.ResponseHandler;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code /kv/}: puts, gets and deletes. */
public final class KeyValueEndpoint implements Endpoint {
  public static final String PATH = "/kv/";

  /** An escape of JSON takes six bytes to write one: the rest of a body is names and a context. */
  private static final int MOST_BYTES_PER_ESCAPED = 6;

  private static final int REST_OF_BODY_BYTES = ContextSeal.MAX_TOKEN_CHARS + (1 << 10);

  private final Lane lane;
  private final RequestRecorder recorder;

  public KeyValueEndpoint(Lane lane, RequestRecorder recorder) {
    this.lane = lane;
    this.recorder = recorder;
  }

  @Override
  public Call open(RequestHead head) throws ProblemException {
    Methods.require(head, "GET", "HEAD", "PUT", "DELETE");
    var operation =
        switch (head.method()) {
          case "PUT" -> Operation.PUT;
          case "DELETE" -> Operation.DELETE;
          default -> Operation.GET;
        };
    long startNanos = System.nanoTime();
    try {
      Key key = KeyPath.parse(head, PATH.length());
      Demands demands = Demands.of(head);
      if (operation != Operation.GET) {
        checkBody(head, operation, demands);
      }
      return new KeyValueCall(operation, key, demands, head, startNanos);
    } catch (ProblemException e) {
      recorder.record(operation, Ending.REFUSED, System.nanoTime() - startNanos);
      throw e;
    }
  }

  private static void checkBody(RequestHead head, Operation operation, Demands demands)
      throws ProblemException {
    String coding = head.header(Header.CONTENT_ENCODING);
    if (coding != null && !coding.equalsIgnoreCase("identity")) {
      throw new ProblemException(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "a Content-Encoding is not undone; send the body as it is");
    }
    String type = head.header(Header.CONTENT_TYPE);
    MediaType.check(type);
    if (operation == Operation.DELETE && !MediaType.isJson(type)) {
      throw new ProblemException(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "the body of a deletion is JSON, {\"context\": \"...\"}");
    }
    if (operation == Operation.DELETE && demands.ttlMillis() > 0) {
      throw new ProblemException(ProblemType.BAD_TTL, "a deletion has no time to live");
    }
  }

  private final class KeyValueCall implements Call, ResponseHandler {
    private final Operation operation;
    private final Key key;
    private final Demands demands;
    private final RequestHead head;
    private final long startNanos;
    private final int valueBytes = lane.records().limits().valueBytes();
    private @Nullable Reply reply;

    KeyValueCall(Operation operation, Key key, Demands demands, RequestHead head, long startNanos) {
      this.operation = operation;
      this.key = key;
      this.demands = demands;
      this.head = head;
      this.startNanos = startNanos;
    }

    @Override
    public int bodyLimitBytes() {
      return switch (operation) {
        case PUT ->
            MediaType.isJson(head.header(Header.CONTENT_TYPE))
                ? MOST_BYTES_PER_ESCAPED * valueBytes + REST_OF_BODY_BYTES
                : valueBytes;
        case DELETE -> REST_OF_BODY_BYTES;
        case GET, EXPLAIN, REPAIR -> IGNORED_BODY_BYTES;
      };
    }

    @Override
    public void run(Bytes body, Reply reply) throws ProblemException {
      this.reply = reply;
      ClientRequest request;
      try {
        request =
            switch (operation) {
              case PUT -> put(body);
              case DELETE -> delete(body);
              case GET, EXPLAIN, REPAIR ->
                  new ClientRequest.Get(
                      key,
                      demands.r().number(),
                      demands.pr(),
                      demands.r().reach(),
                      demands.timeoutMillis());
            };
      } catch (ProblemException e) {
        recorder.record(operation, Ending.REFUSED, System.nanoTime() - startNanos);
        throw e;
      }
      lane.submit(request, this);
    }

    private ClientRequest put(Bytes body) throws ProblemException {
      String type = head.header(Header.CONTENT_TYPE);
      if (!MediaType.isJson(type)) {
        return write(new Write(false, Objects.requireNonNull(type), body), demands.context());
      }
      JsonBody json = JsonBody.parse(body.array());
      Bytes value = json.value();
      if (value == null) {
        throw new ProblemException(
            ProblemType.MALFORMED_BODY, "there is no value; the body is {\"value\": \"...\"}");
      }
      if (value.length() > valueBytes) {
        throw new ProblemException(
            ProblemType.VALUE_TOO_LARGE,
            "the value has " + value.length() + " bytes, more than " + valueBytes);
      }
      return write(Write.of(value), contextOf(json));
    }

    private ClientRequest delete(Bytes body) throws ProblemException {
      if (body.isEmpty()) {
        return write(Write.DELETION, demands.context());
      }
      JsonBody json = JsonBody.parse(body.array());
      if (json.value() != null) {
        throw new ProblemException(ProblemType.MALFORMED_BODY, "a deletion has no value");
      }
      return write(Write.DELETION, contextOf(json));
    }

    private ClientRequest write(Write write, @Nullable String context) {
      return new ClientRequest.Put(
          key,
          write,
          context,
          demands.ttlMillis(),
          demands.w().number(),
          demands.pw(),
          demands.w().reach(),
          demands.requestId(),
          demands.timeoutMillis());
    }

    private @Nullable String contextOf(JsonBody json) throws ProblemException {
      String inBody = json.context() == null || json.context().isEmpty() ? null : json.context();
      String inHeader = demands.context();
      if (inBody != null && inHeader != null && !inBody.equals(inHeader)) {
        throw new ProblemException(
            ProblemType.BAD_CONTEXT, "the header and the body name different contexts");
      }
      return inBody == null ? inHeader : inBody;
    }

    @Override
    public void respond(Effect.Respond response) {
      var answers = new OutcomeAnswers(operation, head.header(Header.ACCEPT), recorder);
      var to = Objects.requireNonNull(reply);
      to.send(answers.answer(response, to));
      recorder.record(operation, answers.ending(), System.nanoTime() - startNanos);
    }
  }
}
