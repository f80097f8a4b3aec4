package io.flywheel.server.http;

import org.jspecify.annotations.Nullable;

/**
 * Why a request was not answered as it hoped, for a problem document (RFC 9457).
 *
 * @param detail a sentence for whoever has to change something
 * @param outcome what became of a write, where the status alone does not say
 * @param allow the methods that the path has, for a 405
 */
public record Problem(
    ProblemType type, String detail, @Nullable Outcome outcome, @Nullable String allow) {
  /** What became of a write that was not confirmed. */
  public enum Outcome {
    /** Certainly nothing happened. */
    NOT_DONE("not-done"),
    /** It may have happened, or may still. */
    UNKNOWN("unknown");

    final String text;

    Outcome(String text) {
      this.text = text;
    }
  }

  /**
   * How long a client had best wait before it tries again, where that helps. The least that the
   * header can say: where more comes than a node can do, its line is a small part of a request's
   * time long. How long a disk that has fallen silent will stay so, nobody knows; another node is
   * the better choice then.
   */
  static final int RETRY_AFTER_SECONDS = 1;

  public static Problem of(ProblemType type, String detail) {
    return new Problem(type, detail, null, null);
  }

  public static Problem of(ProblemType type, String detail, Outcome outcome) {
    return new Problem(type, detail, outcome, null);
  }

  /** The server is at fault; why is nobody's business but its operator's. */
  static Problem internal() {
    return of(ProblemType.INTERNAL, "the server's log says more");
  }

  /** Its answer has no place in memory now. */
  static Problem tooMuchIsDownloaded() {
    return of(
        ProblemType.UNAVAILABLE, "too much is being downloaded at the same time", Outcome.NOT_DONE);
  }

  static Problem methodNotAllowed(String method, String allow) {
    return new Problem(
        ProblemType.METHOD_NOT_ALLOWED, method + " is not one of " + allow, null, allow);
  }

  public int status() {
    return type.status;
  }

  boolean mayBeRetried() {
    return type.status == 429 || type.status == 503;
  }
}
