package io.flywheel.client;

import com.google.rpc.Code;
import io.flywheel.api.v1.Failure;
import java.time.Duration;

/** What a node's failure means for whoever made the request. */
final class Failures {
  private static final String UNKNOWN = "unknown";
  private static final String NO_VALUE = "no-value";

  private Failures() {}

  /** The answer that there is no value, which is none of the failures here. */
  static boolean isAbsence(Failure failure) {
    return failure.getCode() == Code.NOT_FOUND_VALUE && failure.getReason().equals(NO_VALUE);
  }

  static FlywheelException of(Failure failure, boolean write) {
    String reason = failure.getReason();
    String message = failure.getMessage();
    boolean again = failure.getRetryAfterMillis() > 0;
    if (write && failure.getOutcome().equals(UNKNOWN)) {
      return new UnknownOutcomeException(reason, message);
    }
    return switch (failure.getCode()) {
      case Code.UNAVAILABLE_VALUE -> notDone(failure);
      case Code.RESOURCE_EXHAUSTED_VALUE -> again ? notDone(failure) : invalid(failure);
      case Code.INVALID_ARGUMENT_VALUE, Code.NOT_FOUND_VALUE, Code.FAILED_PRECONDITION_VALUE ->
          invalid(failure);
      default -> write ? new UnknownOutcomeException(reason, message) : notDone(failure);
    };
  }

  private static FlywheelException notDone(Failure failure) {
    return new NotDoneException(
        failure.getReason(),
        failure.getMessage(),
        Duration.ofMillis(failure.getRetryAfterMillis()));
  }

  private static FlywheelException invalid(Failure failure) {
    String field = failure.getField();
    String message = failure.getMessage();
    return new InvalidRequestException(
        failure.getReason(), field, field.isEmpty() ? message : field + " " + message);
  }
}
