package io.flywheel.core.node;

/**
 * How often a node does what nobody waits for.
 *
 * @param eraMillis how long an era lasts at the least
 * @param exchangeMillis between two exchanges with some other replica
 * @param sweepBytesPerSecond how fast all records are read, over and over, to verify them
 */
public record Rhythm(long eraMillis, long exchangeMillis, long sweepBytesPerSecond) {
  public static final Rhythm DEFAULT = new Rhythm(30_000, 5_000, 2L << 20);
}
