package io.flywheel.cli.plan;

/**
 * What a cluster is to hold and to do.
 *
 * @param valueBytes of the usual value
 * @param opsPerSecond puts and gets of clients together; 0 where it does not matter
 * @param readShare how many of them are gets, from 0 to 1
 */
public record Demand(
    double valueBytes, double opsPerSecond, double readShare, int n, int r, int w) {
  public Demand {
    if (n < 1 || n > 16) {
      throw new IllegalArgumentException("--n is 1 to 16, not " + n);
    }
    if (r < 1 || r > n) {
      throw new IllegalArgumentException("--r is 1 to " + n + ", not " + r);
    }
    if (w < 1 || w > n) {
      throw new IllegalArgumentException("--w is 1 to " + n + ", not " + w);
    }
  }

  public double putsPerSecond() {
    return opsPerSecond * (1 - readShare);
  }

  public double getsPerSecond() {
    return opsPerSecond * readShare;
  }
}
