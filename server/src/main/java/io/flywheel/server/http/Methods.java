package io.flywheel.server.http;

import java.util.List;

/** The methods of HTTP, told apart from words that no server knows. */
public final class Methods {
  private static final List<String> KNOWN =
      List.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

  private Methods() {}

  /** Refuses a request whose method is not among those of its path. */
  public static void require(RequestHead head, String... allowed) throws ProblemException {
    String method = head.method();
    for (String candidate : allowed) {
      if (candidate.equals(method)) {
        return;
      }
    }
    if (!KNOWN.contains(method)) {
      throw new ProblemException(ProblemType.NOT_IMPLEMENTED, "the method is unknown");
    }
    throw new ProblemException(Problem.methodNotAllowed(method, String.join(", ", allowed)));
  }
}
