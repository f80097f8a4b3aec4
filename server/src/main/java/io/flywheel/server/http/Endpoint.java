package io.flywheel.server.http;

/** What is behind a path. */
public interface Endpoint {
  /** Judges a request by its head, before its body is read. */
  Call open(RequestHead head) throws ProblemException;
}
