package io.flywheel.server.admin;

import io.flywheel.core.model.Bytes;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.Call;
import io.flywheel.server.http.Endpoint;
import io.flywheel.server.http.Methods;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;

/** Something to be looked at, known at once. */
public record Page(Content content) implements Endpoint {
  /** Makes what is shown at the time it is asked for. */
  @FunctionalInterface
  public interface Content {
    Answer show(RequestHead head, Reply reply) throws ProblemException;
  }

  @Override
  public Call open(RequestHead head) throws ProblemException {
    Methods.require(head, "GET", "HEAD");
    return new Call() {
      @Override
      public int bodyLimitBytes() {
        return IGNORED_BODY_BYTES;
      }

      @Override
      public void run(Bytes body, Reply reply) throws ProblemException {
        reply.send(content.show(head, reply));
      }
    };
  }
}
