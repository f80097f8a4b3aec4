package io.flywheel.client;

import java.time.Duration;

/** Where the options of a get begin: {@code Read.r(2).pr(1)}. */
public final class Read {
  private Read() {}

  /** The cluster's default. */
  public static ReadOptions usual() {
    return ReadOptions.USUAL;
  }

  /** A majority of the key's n replicas. */
  public static ReadOptions quorum() {
    return ReadOptions.USUAL.quorum();
  }

  /** See {@link ReadOptions#r}. */
  public static ReadOptions r(int replicas) {
    return ReadOptions.USUAL.r(replicas);
  }

  /** See {@link ReadOptions#r}. */
  public static ReadOptions r(Level replicas) {
    return ReadOptions.USUAL.r(replicas);
  }

  /** See {@link ReadOptions#pr}. */
  public static ReadOptions pr(int primaries) {
    return ReadOptions.USUAL.pr(primaries);
  }

  /** See {@link ReadOptions#timeout}. */
  public static ReadOptions timeout(Duration timeout) {
    return ReadOptions.USUAL.timeout(timeout);
  }
}
