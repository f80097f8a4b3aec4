package io.flywheel.core.node;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import java.util.function.Consumer;

/** The clients' requests that are being worked on: their number and their bytes are bounded. */
final class InFlight {
  private static final int MAX_REQUESTS = 16_384;

  /** The most bytes of values that unanswered requests may hold. */
  private static final long MAX_BYTES = 64L << 20;

  private int requests;
  private long bytes;

  boolean isFull() {
    return requests >= MAX_REQUESTS || bytes > MAX_BYTES;
  }

  int requests() {
    return requests;
  }

  /** Counts a request until it is answered. */
  Consumer<Outcome> count(ClientRequest request, Consumer<Outcome> answer) {
    long held = request.valueBytes();
    requests++;
    bytes += held;
    return outcome -> {
      requests--;
      bytes -= held;
      answer.accept(outcome);
    };
  }
}
