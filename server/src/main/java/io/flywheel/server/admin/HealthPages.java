package io.flywheel.server.admin;

import io.flywheel.server.http.Answer;
import io.flywheel.server.http.Problem;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.ProblemType;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.runtime.RequestPort;

/** Whether the process runs, and whether it takes requests. */
final class HealthPages {
  private final RequestPort port;

  HealthPages(RequestPort port) {
    this.port = port;
  }

  /** The loop answers, so the process lives; nothing else is asked, or a peer could end it. */
  Answer live(RequestHead head, Reply reply) {
    return JsonPage.of(200, reply.allocator(), json -> json.writeStringField("status", "live"));
  }

  /** Whether to send requests here: after formation this does not depend on peers. */
  Answer ready(RequestHead head, Reply reply) throws ProblemException {
    var view = port.view();
    if (!view.serving()) {
      String reason = view.waitingFor().isEmpty() ? "the node is starting" : view.waitingFor();
      throw new ProblemException(Problem.of(ProblemType.UNAVAILABLE, reason));
    }
    return JsonPage.of(200, reply.allocator(), json -> json.writeStringField("status", "ready"));
  }
}
