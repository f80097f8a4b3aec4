package io.flywheel.server.admin;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.server.http.Call;
import io.flywheel.server.http.Endpoint;
import io.flywheel.server.http.KeyPath;
import io.flywheel.server.http.Methods;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.http.RequestRecorder.Operation;
import io.flywheel.server.runtime.RequestPort;

/** {@code /admin/explain/{key}}: everything about one key, from all of its replicas. */
final class ExplainEndpoint implements Endpoint {
  static final String PATH = "/admin/explain/";

  private static final long TIMEOUT_MILLIS = 2_000;

  private final KeyInquiry<Outcome.Explained> inquiry;

  ExplainEndpoint(RequestPort port, RequestRecorder recorder) {
    inquiry =
        new KeyInquiry<>(
            port,
            recorder,
            Operation.EXPLAIN,
            Outcome.Explained.class,
            (json, response, explained) ->
                Explanation.write(json, response.key(), port.view(), explained));
  }

  @Override
  public Call open(RequestHead head) throws ProblemException {
    Methods.require(head, "GET", "HEAD");
    Key key = KeyPath.parse(head, PATH.length());
    return new Call() {
      @Override
      public int bodyLimitBytes() {
        return IGNORED_BODY_BYTES;
      }

      @Override
      public void run(Bytes body, Reply reply) {
        inquiry.ask(new ClientRequest.Explain(key, TIMEOUT_MILLIS), reply);
      }
    };
  }
}
