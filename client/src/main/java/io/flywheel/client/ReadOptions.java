package io.flywheel.client;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a get is done. Immutable: each method returns another one. {@link Read} begins. */
public final class ReadOptions {
  static final ReadOptions USUAL = new ReadOptions(0, null, 0, null);

  final int r;
  final @Nullable Level level;
  final int pr;
  final @Nullable Duration timeout;

  private ReadOptions(int r, @Nullable Level level, int pr, @Nullable Duration timeout) {
    this.r = r;
    this.level = level;
    this.pr = pr;
    this.timeout = timeout;
  }

  /**
   * How many replicas must answer: 1 to n. With r + w above n a read meets every acknowledged
   * write.
   *
   * @throws IllegalArgumentException for less than 0
   */
  public ReadOptions r(int replicas) {
    if (replicas < 0) {
      throw new IllegalArgumentException("r is at least 1, or 0 for the default, not " + replicas);
    }
    return new ReadOptions(replicas, null, pr, timeout);
  }

  /** The same by a name. */
  public ReadOptions r(Level replicas) {
    return new ReadOptions(0, replicas, pr, timeout);
  }

  /** A majority of the key's n replicas, however many these are by then. */
  public ReadOptions quorum() {
    return r(Level.QUORUM);
  }

  /** How many of these must be primaries, the first n nodes of the key's preference list. */
  public ReadOptions pr(int primaries) {
    return new ReadOptions(r, level, primaries, timeout);
  }

  /** How long it may take with all retries, instead of {@link FlywheelClient.Builder#timeout}. */
  public ReadOptions timeout(Duration longest) {
    return new ReadOptions(r, level, pr, longest);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ReadOptions that
        && r == that.r
        && level == that.level
        && pr == that.pr
        && Objects.equals(timeout, that.timeout);
  }

  @Override
  public int hashCode() {
    return Objects.hash(r, level, pr, timeout);
  }
}
