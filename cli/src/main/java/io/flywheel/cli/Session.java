package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.NotConnectedException;
import io.flywheel.cli.http.Request;
import java.io.IOException;

/** Asks a node, and turns every answer that is not one into a {@link Failure}. */
final class Session {
  private final NodeClient node;

  Session(NodeClient node) {
    this.node = node;
  }

  /** Answers 200, 300 or 404; asking again does no harm. */
  Answer read(Request request) throws Failure {
    Answer answer = send(request, Exit.UNAVAILABLE, "try again, or name another node with --node");
    if (answer.status() < 400 || Problem.isNotFound(answer)) {
      return answer;
    }
    throw Problem.ofRead(answer);
  }

  /** Answers 200 or 404. */
  Answer write(Request request) throws Failure {
    Answer answer =
        send(
            request,
            Exit.UNKNOWN,
            "it may have been done or not, so read the key before you write again");
    if (answer.status() < 400 || Problem.isNotFound(answer)) {
      return answer;
    }
    throw Problem.ofWrite(answer);
  }

  /** What the members decide about; {@code advice} is for who does not hear whether they have. */
  Answer change(Request request, String advice) throws Failure {
    Answer answer = send(request, Exit.UNKNOWN, advice);
    if (answer.status() < 400) {
      return answer;
    }
    throw Problem.ofChange(answer, advice);
  }

  /** Any answer; a connection that did not come about, or broke, is a failure. */
  Answer send(Request request, Exit whenLost, String advice) throws Failure {
    try {
      return node.send(request);
    } catch (NotConnectedException e) {
      throw new Failure(
          Exit.UNAVAILABLE,
          e.getMessage()
              + ": is a node running there? Start a local cluster with `flywheel up`, or name a"
              + " node with --node HOST:PORT",
          e);
    } catch (IOException e) {
      throw new Failure(
          whenLost, "no answer from " + node.address() + " (" + e.getMessage() + "); " + advice, e);
    }
  }
}
