package io.flywheel.core.message;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of a node, as it arrived; the node checks it. A count or time of 0 means that
 * the client did not say.
 */
public sealed interface ClientRequest {
  Key key();

  /** How long the client waits, in milliseconds. */
  long timeoutMillis();

  /** What it holds in memory until it is answered, about, in bytes: the value of a put. */
  default long valueBytes() {
    return this instanceof Put put ? put.write().value().length() : 0;
  }

  /** A put or, with a tombstone, a delete. */
  record Put(
      Key key,
      Write write,
      @Nullable String context,
      long ttlMillis,
      int w,
      int pw,
      Reach reach,
      @Nullable RequestId id,
      long timeoutMillis)
      implements ClientRequest {
    /** One that says nothing of data centres. */
    public Put(
        Key key,
        Write write,
        @Nullable String context,
        long ttlMillis,
        int w,
        int pw,
        @Nullable RequestId id,
        long timeoutMillis) {
      this(key, write, context, ttlMillis, w, pw, Reach.ANYWHERE, id, timeoutMillis);
    }
  }

  record Get(Key key, int r, int pr, Reach reach, long timeoutMillis) implements ClientRequest {
    /** One that says nothing of data centres. */
    public Get(Key key, int r, int pr, long timeoutMillis) {
      this(key, r, pr, Reach.ANYWHERE, timeoutMillis);
    }
  }

  /** Asks every replica what it holds. */
  record Explain(Key key, long timeoutMillis) implements ClientRequest {}

  /** Makes all copies of the key equal. */
  record Repair(Key key, long timeoutMillis) implements ClientRequest {}
}
