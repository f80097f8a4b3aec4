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

  /**
   * What each replica holds of a key.
   *
   * @param provenMillisAgo how long ago the node that was asked saw the key's partition to be equal
   *     on all replicas
   */
  record Explained(List<Holding> holdings, long provenMillisAgo) implements Outcome {
    /** Not seen to be equal since this node started, or it is no replica itself. */
    public static final long UNPROVEN = -1;
  }

  /**
   * One node's part of {@link Explained}.
   *
   * @param siblings null where it did not say
   * @param era the label of the state; 0 where nobody takes it
   * @param owed owners that it keeps the record for
   */
  record Holding(
      NodeId node,
      boolean primary,
      @Nullable Siblings siblings,
      long era,
      List<NodeId> owed,
      String note) {}

  /**
   * What became of a key's copies.
   *
   * @param replicas copies that there should be
   * @param equal replicas that have it all on disk now; the others did not answer
   * @param repaired those of them that had lacked something
   */
  record Repaired(int replicas, int equal, int repaired) implements Outcome {}

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
