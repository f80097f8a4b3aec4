package io.flywheel.server.admin;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.Call;
import io.flywheel.server.http.Endpoint;
import io.flywheel.server.http.KeyPath;
import io.flywheel.server.http.Methods;
import io.flywheel.server.http.OutcomeAnswers;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.http.RequestRecorder.Ending;
import io.flywheel.server.http.RequestRecorder.Operation;
import io.flywheel.server.runtime.RequestPort;

/** {@code /admin/explain/{key}}: everything about one key, from all of its replicas. */
final class ExplainEndpoint implements Endpoint {
  static final String PATH = "/admin/explain/";

  private static final long TIMEOUT_MILLIS = 2_000;

  private final RequestPort port;
  private final RequestRecorder recorder;

  ExplainEndpoint(RequestPort port, RequestRecorder recorder) {
    this.port = port;
    this.recorder = recorder;
  }

  @Override
  public Call open(RequestHead head) throws ProblemException {
    Methods.require(head, "GET", "HEAD");
    Key key = KeyPath.parse(head, PATH.length());
    long startNanos = System.nanoTime();
    return new Call() {
      @Override
      public int bodyLimitBytes() {
        return IGNORED_BODY_BYTES;
      }

      @Override
      public void run(Bytes body, Reply reply) {
        var request = new ClientRequest.Explain(key, TIMEOUT_MILLIS);
        port.submit(request, response -> answer(response, reply, startNanos));
      }
    };
  }

  private void answer(Effect.Respond response, Reply reply, long startNanos) {
    Ending ending = Ending.DONE;
    Answer answer;
    if (response.outcome() instanceof Outcome.Explained explained) {
      answer =
          JsonPage.of(
              200,
              reply.allocator(),
              json -> Explanation.write(json, response.key(), port.view(), explained));
    } else {
      var answers = new OutcomeAnswers(Operation.EXPLAIN, null, recorder);
      answer = answers.answer(response, reply.allocator());
      ending = answers.ending();
    }
    reply.send(answer);
    recorder.record(Operation.EXPLAIN, ending, System.nanoTime() - startNanos);
  }
}
