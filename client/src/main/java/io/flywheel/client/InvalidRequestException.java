package io.flywheel.client;

/**
 * Refused, and not done: the same request would be refused again. A malformed key, a value that is
 * too large, a w above n; or a key with too many siblings ({@code too-many-siblings}: get, merge
 * and put with the context), or a namespace that wants a context ({@code context-required}).
 */
public final class InvalidRequestException extends FlywheelException {
  private static final long serialVersionUID = 1;

  private final String field;

  InvalidRequestException(String reason, String field, String message) {
    super(reason, message);
    this.field = field;
  }

  /** The part of the request that is at fault, {@code key} or {@code w}; empty where it is none. */
  public String field() {
    return field;
  }

  @Override
  FlywheelException again() {
    return new InvalidRequestException(reason(), field, text());
  }
}
