package io.flywheel.server.admin;

import io.flywheel.core.model.Bytes;
import io.flywheel.server.http.Call;
import io.flywheel.server.http.Endpoint;
import io.flywheel.server.http.Methods;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;

/** What a GET shows, and a POST has the members decide to change. */
abstract class ChangeablePage implements Endpoint {
  private final int mostBodyBytes;

  /** {@code mostBodyBytes}: how long what a POST brings may be. */
  ChangeablePage(int mostBodyBytes) {
    this.mostBodyBytes = mostBodyBytes;
  }

  @Override
  public final Call open(RequestHead head) throws ProblemException {
    Methods.require(head, "GET", "HEAD", "POST");
    boolean post = head.method().equals("POST");
    return new Call() {
      @Override
      public int bodyLimitBytes() {
        return post ? mostBodyBytes : IGNORED_BODY_BYTES;
      }

      @Override
      public void run(Bytes body, Reply reply) throws ProblemException {
        if (post) {
          change(body, reply);
        } else {
          show(head, reply);
        }
      }
    };
  }

  abstract void show(RequestHead head, Reply reply) throws ProblemException;

  abstract void change(Bytes body, Reply reply) throws ProblemException;
}
