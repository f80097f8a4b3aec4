package io.flywheel.core.message;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a request ended. Writes have three kinds of end, and nothing may blur them: done, certainly
 * not done, and unknown.
 */
public sealed interface Outcome {
  /**
   * W nodes have the write, on disk unless they sync periodically; the receipt says which. {@code
   * context} covers it and what its request had read.
   */
  record Written(Context context, Receipt receipt) implements Outcome {}

  /**
   * The read's values: none, one, or several siblings. {@code context} covers all of them, and the
   * deletions behind them; it is empty where nothing was ever written.
   */
  record Found(List<Sibling> values, Context context, Receipt receipt) implements Outcome {}

  /** What each replica holds of a key. */
  record Explained(List<Holding> holdings) implements Outcome {}

  /** One replica's part of {@link Explained}; {@code siblings} is null where it did not say. */
  record Holding(NodeId node, boolean primary, @Nullable Siblings siblings, String note) {}

  /** The request is at fault, and nothing happened. */
  record Refused(Refusal refusal, String detail) implements Outcome {}

  /** Certainly not done, because nothing was minted; it may be tried again. */
  record NotDone(Obstacle obstacle, String detail) implements Outcome {}

  /** Not enough answers in time: a write may have happened or may still happen. */
  record Unknown(String detail) implements Outcome {}

  /** What can be wrong with a request. */
  enum Refusal implements Coded {
    UNKNOWN_NAMESPACE(1),
    BAD_QUORUM(2),
    BAD_CONTEXT(3),
    BAD_TTL(4),
    BLIND_WRITE(5),
    BAD_CONTENT_TYPE(10),
    VALUE_TOO_LARGE(6),
    OBJECT_TOO_LARGE(7),
    TOO_MANY_SIBLINGS(8),
    REQUEST_ID_REUSED(9);

    private final int code;

    Refusal(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** What can stand in the way of a good request. */
  enum Obstacle implements Coded {
    TOO_FEW_REPLICAS(1),
    OVERLOADED(2),
    NOT_SERVING(3),
    DEADLINE(4);

    private final int code;

    Obstacle(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }
}
