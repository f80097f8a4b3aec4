package io.flywheel.core.model;

/**
 * Bounds that admission checks before anything is minted; merging never applies them.
 *
 * @param valueBytes the largest value, in bytes
 * @param siblings the most siblings that a write may leave under a key
 * @param objectBytes the most that all siblings of a key may take together, in bytes; what a key
 *     remembers of its past does not count, or a write that has read everything could be refused
 */
public record Limits(int valueBytes, int siblings, int objectBytes) {
  public static final int MOST_VALUE_BYTES = 16 << 20;
  public static final int MOST_SIBLINGS = 1_000;
  public static final int MOST_OBJECT_BYTES = 64 << 20;

  public static final Limits DEFAULT = new Limits(1 << 20, 10, 16 << 20);

  /** Why there are no such limits; empty when there can be. */
  public String objection() {
    if (valueBytes < 1 || valueBytes > MOST_VALUE_BYTES) {
      return "a value's limit is 1 to " + MOST_VALUE_BYTES + " bytes";
    }
    if (siblings < 1 || siblings > MOST_SIBLINGS) {
      return "the limit of siblings is 1 to " + MOST_SIBLINGS;
    }
    return objectBytes < valueBytes || objectBytes > MOST_OBJECT_BYTES
        ? "an object is at least as large as a value, and has at most "
            + MOST_OBJECT_BYTES
            + " bytes"
        : "";
  }

  @Override
  public String toString() {
    return "limits of "
        + valueBytes
        + " bytes a value, "
        + siblings
        + " siblings, "
        + objectBytes
        + " bytes an object";
  }

  public void write(ByteWriter out) {
    out.varint(valueBytes).varint(siblings).varint(objectBytes);
  }

  public static Limits read(ByteReader in) throws MalformedException {
    return new Limits(
        in.count(Integer.MAX_VALUE), in.count(Integer.MAX_VALUE), in.count(Integer.MAX_VALUE));
  }
}
