package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.Call;
import io.flywheel.server.http.Endpoint;
import io.flywheel.server.http.KeyQuery;
import io.flywheel.server.http.Methods;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.ProblemType;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.http.RequestRecorder.Operation;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;

/**
 * {@code /admin/repair}: a POST has this node compare all it owns with the other replicas now, or
 * one key, and a GET tells how far that is. The repair of a key is answered when it is over, and
 * says how many replicas have all of it on disk by then.
 */
final class RepairEndpoint implements Endpoint {
  private static final long TIMEOUT_MILLIS = 5_000;

  private final RequestPort port;
  private final KeyInquiry<Outcome.Repaired> inquiry;

  RepairEndpoint(RequestPort port, RequestRecorder recorder) {
    this.port = port;
    inquiry =
        new KeyInquiry<>(
            port,
            recorder,
            Operation.REPAIR,
            Outcome.Repaired.class,
            (json, _, it) -> write(json, it));
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
          inquiry.ask(new ClientRequest.Repair(key, TIMEOUT_MILLIS), reply);
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

  private static void write(JsonGenerator json, Outcome.Repaired repaired) throws IOException {
    json.writeNumberField("replicas", repaired.replicas());
    json.writeNumberField("equal", repaired.equal());
    json.writeNumberField("repaired", repaired.repaired());
  }
}
