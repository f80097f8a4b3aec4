package io.flywheel.client;

import java.time.Duration;

/**
 * Certainly not done: too few live replicas, too much waiting, no node reached; or a read that was
 * not answered in time. Nothing has changed and nothing will. Try again, not before {@link
 * #retryAfter}.
 */
public final class NotDoneException extends FlywheelException {
  private static final long serialVersionUID = 1;

  private final Duration retryAfter;

  NotDoneException(String reason, String message, Duration retryAfter) {
    super(reason, message);
    this.retryAfter = retryAfter;
  }

  NotDoneException(String reason, String message) {
    this(reason, message, Duration.ZERO);
  }

  /** How long the node asks to be left alone; zero where it does not say. */
  public Duration retryAfter() {
    return retryAfter;
  }

  @Override
  FlywheelException again() {
    return new NotDoneException(reason(), text(), retryAfter);
  }
}
