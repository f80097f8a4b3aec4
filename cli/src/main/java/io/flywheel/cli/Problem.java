package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import java.io.IOException;

/** Problem documents (RFC 9457) as failures: what went wrong, how sure that is, and what to do. */
final class Problem {
  private Problem() {}

  /** Whether there is no value; an unknown namespace or path is 404 as well, but is a mistake. */
  static boolean isNotFound(Answer answer) {
    return answer.status() == 404 && !document(answer).get("type").text().contains("unknown-");
  }

  static Failure ofRead(Answer answer) {
    return switch (answer.status()) {
      case 429, 503, 504 ->
          failure(
              Exit.UNAVAILABLE, answer, "try again" + later(answer) + ", or with a smaller --r");
      default -> ofRequest(answer, Exit.FAILED, "look at the log of the node");
    };
  }

  static Failure ofWrite(Answer answer) {
    String outcome = document(answer).get("outcome").text();
    boolean certain = answer.status() < 500 || answer.status() == 503;
    if (outcome.equals("unknown") || (!certain && !outcome.equals("not-done"))) {
      return failure(
          Exit.UNKNOWN,
          answer,
          "it may have been done or not, so read the key before you write again");
    }
    return switch (answer.status()) {
      case 429, 503, 504 ->
          failure(
              Exit.UNAVAILABLE,
              answer,
              "nothing was written, so try again" + later(answer) + ", or with a smaller --w");
      default -> ofRequest(answer, Exit.FAILED, "nothing was written");
    };
  }

  /**
   * A change of the ring, or of what all members share, that did not come about, or may not have.
   *
   * @param ifUnknown what to do where it may
   */
  static Failure ofChange(Answer answer, String ifUnknown) {
    return switch (answer.status()) {
      case 409 -> failure(Exit.FAILED, answer, "nothing was changed");
      case 429, 503 -> failure(Exit.UNAVAILABLE, answer, "nothing was changed; try again");
      case 504 -> failure(Exit.UNKNOWN, answer, ifUnknown);
      default -> ofRequest(answer, Exit.FAILED, "look at the log of the node");
    };
  }

  /** The request is at fault: the same again would meet the same. */
  private static Failure ofRequest(Answer answer, Exit otherwise, String advice) {
    return switch (answer.status()) {
      case 400 -> failure(Exit.USAGE, answer, "correct it and try again");
      case 404 -> failure(Exit.FAILED, answer, "see `flywheel namespace list`");
      case 409 -> failure(Exit.FAILED, answer, "read all siblings, and put one value for them");
      case 413 ->
          failure(Exit.FAILED, answer, "store less, or raise the limit with `flywheel limits`");
      case 428 -> failure(Exit.FAILED, answer, "leave out --blind, or give a --context");
      default -> failure(otherwise, answer, advice);
    };
  }

  private static String later(Answer answer) {
    String seconds = answer.header("retry-after");
    return seconds == null ? "" : " in " + seconds + " s";
  }

  private static Failure failure(Exit exit, Answer answer, String advice) {
    Json document = document(answer);
    String title = document.get("title").text("the node answered " + answer.status());
    String detail = document.get("detail").text(title);
    String what = detail.strip().replaceFirst("\\.$", "");
    return new Failure(exit, what + "; " + advice).with(answer);
  }

  private static Json document(Answer answer) {
    try {
      return answer.json();
    } catch (IOException e) {
      return Json.NOTHING; // Not from a node, or cut short: the status alone has to do.
    }
  }
}
