package io.flywheel.core.node;

/**
 * How often a node does what nobody waits for.
 *
 * @param eraMillis how long an era lasts at the least
 * @param exchangeMillis between two exchanges with some other replica
 * @param sweepBytesPerSecond how fast all records are read, over and over, to verify them
 * @param transferBytesPerSecond how much it fetches at most, and hands over, while the ring changes
 */
public record Rhythm(
    long eraMillis, long exchangeMillis, long sweepBytesPerSecond, long transferBytesPerSecond) {
  public static final Rhythm DEFAULT = new Rhythm(30_000, 5_000, 2L << 20, 50L << 20);

  /** The same, but for transfers. */
  public Rhythm transferring(long bytesPerSecond) {
    return new Rhythm(eraMillis, exchangeMillis, sweepBytesPerSecond, bytesPerSecond);
  }
}
