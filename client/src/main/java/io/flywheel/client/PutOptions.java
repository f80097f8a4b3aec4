package io.flywheel.client;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a put is done. Immutable: each method returns another one. {@link Put} begins. */
public final class PutOptions {
  static final PutOptions USUAL = new PutOptions(0, null, 0, 0, null, null, "", null);

  final int w;
  final @Nullable Level level;
  final int pw;
  final long ttlMillis;

  /** Null for what the client remembers; empty for none. */
  final @Nullable String context;

  final @Nullable RequestId requestId;
  final String contentType;
  final @Nullable Duration timeout;

  private PutOptions(
      int w,
      @Nullable Level level,
      int pw,
      long ttlMillis,
      @Nullable String context,
      @Nullable RequestId requestId,
      String contentType,
      @Nullable Duration timeout) {
    this.w = w;
    this.level = level;
    this.pw = pw;
    this.ttlMillis = ttlMillis;
    this.context = context;
    this.requestId = requestId;
    this.contentType = contentType;
    this.timeout = timeout;
  }

  /** How many nodes must have it on disk before it is done: 1 to n. */
  public PutOptions w(int nodes) {
    return new PutOptions(nodes, null, pw, ttlMillis, context, requestId, contentType, timeout);
  }

  /** The same by a name. */
  public PutOptions w(Level nodes) {
    return new PutOptions(0, nodes, pw, ttlMillis, context, requestId, contentType, timeout);
  }

  /** How many of these must be primaries, the first n nodes of the key's preference list. */
  public PutOptions pw(int primaries) {
    return new PutOptions(w, level, primaries, ttlMillis, context, requestId, contentType, timeout);
  }

  /**
   * After which the value is gone: at least a millisecond, at most a century.
   *
   * @throws IllegalArgumentException for less than a millisecond
   */
  public PutOptions ttl(Duration ttl) {
    if (ttl.toMillis() < 1) {
      throw new IllegalArgumentException("a ttl is at least a millisecond, not " + ttl);
    }
    return new PutOptions(w, level, pw, ttl.toMillis(), context, requestId, contentType, timeout);
  }

  /** Replaces nothing, whatever the client remembers: the value becomes a sibling. */
  public PutOptions blind() {
    return context("");
  }

  /** Replaces exactly what this context covers, whatever the client remembers. */
  public PutOptions context(String covered) {
    return new PutOptions(w, level, pw, ttlMillis, covered, requestId, contentType, timeout);
  }

  /**
   * Names the write, instead of a name that the client makes up: to put the same again after an
   * {@link UnknownOutcomeException}, also from another process. The same value under the same id
   * happens once; another value under it is refused.
   */
  public PutOptions requestId(RequestId id) {
    return new PutOptions(w, level, pw, ttlMillis, context, id, contentType, timeout);
  }

  /** Kept beside the value, {@code image/png}. Without one, HTTP shows the value as a string. */
  public PutOptions contentType(String type) {
    return new PutOptions(w, level, pw, ttlMillis, context, requestId, type, timeout);
  }

  /** How long it may take with all retries, instead of {@link FlywheelClient.Builder#timeout}. */
  public PutOptions timeout(Duration longest) {
    return new PutOptions(w, level, pw, ttlMillis, context, requestId, contentType, longest);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PutOptions that
        && w == that.w
        && level == that.level
        && pw == that.pw
        && ttlMillis == that.ttlMillis
        && Objects.equals(context, that.context)
        && Objects.equals(requestId, that.requestId)
        && Objects.equals(contentType, that.contentType)
        && Objects.equals(timeout, that.timeout);
  }

  @Override
  public int hashCode() {
    return Objects.hash(w, level, pw, ttlMillis, context, requestId, contentType, timeout);
  }
}
