package io.flywheel.server.disk;

/**
 * How much room a disk must have left.
 *
 * @param lowBytes with less than this a node takes no values any more, only what makes room
 * @param criticalBytes with less than this the ballast is thrown off
 * @param ballastBytes what is kept occupied for that moment
 */
public record Watermark(long lowBytes, long criticalBytes, long ballastBytes) {
  private static final long LEAST_LOW_BYTES = 256L << 20;
  private static final long MOST_BALLAST_BYTES = 64L << 20;

  /** What memtables, logs and the compactions under way may come to need, generously. */
  private static final long MOST_LOW_BYTES = 4L << 30;

  /**
   * For a disk of this size: a twentieth of it, but from 256 MiB to 4 GiB, and never more than a
   * quarter. The rest is a quarter of that each, the ballast 64 MiB at most.
   */
  public static Watermark forDisk(long diskBytes) {
    long low = Math.min(Math.clamp(diskBytes / 20, LEAST_LOW_BYTES, MOST_LOW_BYTES), diskBytes / 4);
    return new Watermark(low, low / 4, Math.min(low / 4, MOST_BALLAST_BYTES));
  }

  /** Above this a disk that was full has room again; apart, so that it does not flap. */
  long roomAgainBytes() {
    return lowBytes + lowBytes / 4;
  }
}
