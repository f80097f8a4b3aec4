package io.flywheel.core.model;

/**
 * How many bytes the next of something is expected to have: as many as the largest that was lately
 * seen, which is forgotten as smaller ones are.
 */
public final class ExpectedSize {
  private static final int FORGETTING = 64;

  private long bytes;

  /**
   * @param unknown what is expected before anything was seen
   */
  public ExpectedSize(long unknown) {
    bytes = unknown;
  }

  public void saw(long size) {
    long less = Math.max(0, bytes - size);
    bytes = Math.max(size, bytes - (less + FORGETTING - 1) / FORGETTING);
  }

  public long bytes() {
    return bytes;
  }
}
