package io.flywheel.server.admin;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.Call;
import io.flywheel.server.http.Endpoint;
import io.flywheel.server.http.KeyQuery;
import io.flywheel.server.http.Methods;
import io.flywheel.server.http.OutcomeAnswers;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.ProblemType;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.http.RequestRecorder.Ending;
import io.flywheel.server.http.RequestRecorder.Operation;
import io.flywheel.server.runtime.RequestPort;

/**
 * {@code /admin/repair}: a POST has this node compare all it owns with the other replicas now, or
 * one key, and a GET tells how far that is. The repair of a key is answered when it is over, and
 * says how many replicas have all of it on disk by then.
 */
final class RepairEndpoint implements Endpoint {
  private static final long TIMEOUT_MILLIS = 5_000;

  private final RequestPort port;
  private final RequestRecorder recorder;

  RepairEndpoint(RequestPort port, RequestRecorder recorder) {
    this.port = port;
    this.recorder = recorder;
  }

  @Override
  public Call open(RequestHead head) throws ProblemException {
    Methods.require(head, "GET", "HEAD", "POST");
    Key key = KeyQuery.parse(head);
    boolean post = head.method().equals("POST");
    if (key != null && !post) {
      throw new ProblemException(
          ProblemType.MALFORMED_REQUEST, "the repair of a key is over when it is answered");
    }
    return new Call() {
      @Override
      public int bodyLimitBytes() {
        return IGNORED_BODY_BYTES;
      }

      @Override
      public void run(Bytes body, Reply reply) {
        if (key != null) {
          repair(key, reply);
          return;
        }
        if (post) {
          port.repairAll();
        }
        reply.send(progress(post ? 202 : 200, reply));
      }
    };
  }

  private Answer progress(int status, Reply reply) {
    var repair = port.view().antiEntropy().repair();
    return JsonPage.of(
        status,
        reply.allocator(),
        json -> {
          json.writeBooleanField("running", repair.running());
          json.writeNumberField("proven", repair.proven());
          json.writeNumberField("partitions", repair.owned());
          json.writeNumberField("keysSent", repair.keysMoved());
        });
  }

  private void repair(Key key, Reply reply) {
    long startNanos = System.nanoTime();
    var request = new ClientRequest.Repair(key, TIMEOUT_MILLIS);
    port.submit(request, response -> answer(response, reply, startNanos));
  }

  private void answer(Effect.Respond response, Reply reply, long startNanos) {
    Ending ending = Ending.DONE;
    Answer answer;
    if (response.outcome() instanceof Outcome.Repaired repaired) {
      answer =
          JsonPage.of(
              200,
              reply.allocator(),
              json -> {
                json.writeNumberField("replicas", repaired.replicas());
                json.writeNumberField("equal", repaired.equal());
                json.writeNumberField("repaired", repaired.repaired());
              });
    } else {
      var answers = new OutcomeAnswers(Operation.REPAIR, null, recorder);
      answer = answers.answer(response, reply.allocator());
      ending = answers.ending();
    }
    reply.send(answer);
    recorder.record(Operation.REPAIR, ending, System.nanoTime() - startNanos);
  }
}
