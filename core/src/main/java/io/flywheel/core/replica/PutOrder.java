package io.flywheel.core.replica;

import io.flywheel.core.message.Write;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.version.Context;
import org.jspecify.annotations.Nullable;

/**
 * A put that has been checked and waits to be minted.
 *
 * @param read what the client had read
 * @param expiryMillis when the value ends, in milliseconds since 1970; 0 for never
 * @param era in which it was asked for, where that may be a while ago; {@link #NOW} otherwise
 * @param w nodes that must have it on disk
 * @param pw primaries that must have it on disk
 * @param reach the data centres in which a quorum must have it
 * @param deadlineMillis by the monotonic clock; nothing is minted from then on
 */
public record PutOrder(
    Key key,
    Write write,
    Context read,
    long expiryMillis,
    long era,
    int w,
    int pw,
    Reach reach,
    @Nullable RequestId id,
    long deadlineMillis) {
  /** The era of a request that came from a client directly. */
  public static final long NOW = Long.MAX_VALUE;

  public PutOrder withId(RequestId given) {
    return new PutOrder(key, write, read, expiryMillis, era, w, pw, reach, given, deadlineMillis);
  }

  public PutOrder withRead(Context context) {
    return new PutOrder(key, write, context, expiryMillis, era, w, pw, reach, id, deadlineMillis);
  }
}
