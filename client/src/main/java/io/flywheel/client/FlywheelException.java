package io.flywheel.client;

/**
 * A request that did not succeed. Its class says what became of it:
 *
 * <ul>
 *   <li>{@link NotDoneException}: certainly not done; try again later.
 *   <li>{@link UnknownOutcomeException}: a write that may have happened, or may still happen.
 *   <li>{@link InvalidRequestException}: refused; it would be refused again.
 * </ul>
 *
 * <p>That there is no value is no exception, but an empty {@link Fetched}.
 */
public abstract sealed class FlywheelException extends RuntimeException
    permits NotDoneException, UnknownOutcomeException, InvalidRequestException {
  private static final long serialVersionUID = 1;

  private final String reason;
  private final String text;

  FlywheelException(String reason, String text) {
    super(text);
    this.reason = reason;
    this.text = text;
  }

  /**
   * A short name that programs can rely on, the same as in HTTP's problem types: {@code
   * unavailable}, {@code overloaded}, {@code timed-out}, {@code too-many-siblings}, {@code
   * context-required} and so on; or one of the client's own, {@code unreachable}, {@code
   * interrupted}, {@code closed}, {@code too-many-in-flight}.
   */
  public final String reason() {
    return reason;
  }

  final String text() {
    return text;
  }

  /** The same with the stack of whoever waits for it, which tells more than that of the network. */
  abstract FlywheelException again();
}
