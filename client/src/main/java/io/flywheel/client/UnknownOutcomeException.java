package io.flywheel.client;

/**
 * A write that was sent and not confirmed: it may have happened, and may still happen. Put the same
 * value again under the same {@link PutOptions#requestId}: the store recognises it, through any
 * node, and it stays one write.
 */
public final class UnknownOutcomeException extends FlywheelException {
  private static final long serialVersionUID = 1;

  UnknownOutcomeException(String reason, String message) {
    super(reason, message);
  }

  @Override
  FlywheelException again() {
    return new UnknownOutcomeException(reason(), text());
  }
}
