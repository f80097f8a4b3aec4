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
  public static final Limits DEFAULT = new Limits(1 << 20, 10, 16 << 20);
}
