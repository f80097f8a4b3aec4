package io.flywheel.core.version;

import io.flywheel.core.model.Bytes;

/**
 * One of the concurrent values of a key.
 *
 * @param expiryMillis when the value ends, in milliseconds since 1970; 0 for never
 * @param contentType the media type it was stored with; empty for text that came as JSON
 * @param tombstone whether the write was a deletion: a version like any other, without a value
 */
public record Sibling(
    Dot dot, long expiryMillis, String contentType, boolean tombstone, Bytes value) {
  public static final long NEVER = 0;
  public static final int MAX_CONTENT_TYPE_BYTES = 255;

  public static Sibling value(Dot dot, Bytes value, String contentType, long expiryMillis) {
    return new Sibling(dot, expiryMillis, contentType, false, value);
  }

  public static Sibling tombstone(Dot dot) {
    return new Sibling(dot, NEVER, "", true, Bytes.EMPTY);
  }

  /** Whether a reader may be shown it at this time. */
  public boolean visibleAt(long wallMillis) {
    return !tombstone && (expiryMillis == NEVER || wallMillis < expiryMillis);
  }

  /**
   * Of two siblings with one dot the same one on every replica. They are equal, unless a record
   * decayed in a way that no checksum noticed; by the two alone nobody can tell which is right.
   */
  public static Sibling either(Sibling one, Sibling other) {
    if (one.equals(other)) {
      return one;
    }
    int order = Boolean.compare(other.tombstone, one.tombstone);
    order = order != 0 ? order : one.value.compareTo(other.value);
    order = order != 0 ? order : one.contentType.compareTo(other.contentType);
    order = order != 0 ? order : Long.compareUnsigned(one.expiryMillis - 1, other.expiryMillis - 1);
    return order >= 0 ? one : other;
  }
}
