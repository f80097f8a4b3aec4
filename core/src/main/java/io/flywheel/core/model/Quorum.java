package io.flywheel.core.model;

/**
 * How many answers a request waits for (Dynamo 4.5): {@code r} replicas for a read, {@code w} for a
 * write, of which {@code pr} and {@code pw} must be primaries. Each lies between 1 and n; a strict
 * count of 0 asks for nothing.
 */
public record Quorum(int n, int r, int w, int pr, int pw) {
  public Quorum {
    if (n < 1) {
      throw new IllegalArgumentException("n must be at least 1, not " + n);
    }
    check("r", r, 1, n);
    check("w", w, 1, n);
    check("pr", pr, 0, n);
    check("pw", pw, 0, n);
  }

  public static Quorum of(int n, int r, int w) {
    return new Quorum(n, r, w, 0, 0);
  }

  public static Quorum majority(int n) {
    return of(n, n / 2 + 1, n / 2 + 1);
  }

  /** Whether every read meets every acknowledged write while no node stands in for another. */
  public boolean overlaps() {
    return r + w > n;
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be between " + least + " and " + most + ", not " + value);
    }
  }
}
