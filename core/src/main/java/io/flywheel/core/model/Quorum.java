package io.flywheel.core.model;

/**
 * How many answers a request waits for that does not say (Dynamo 4.5): R replicas for a read, W for
 * a write.
 *
 * @param n how many copies there are where numbers are checked; a cluster that has others since
 *     takes what is above them for all of them
 */
public record Quorum(int n, Answers reads, Answers writes) {
  public Quorum {
    if (n < 1) {
      throw new IllegalArgumentException("n must be at least 1, not " + n);
    }
    check("r", reads.number(), n);
    check("w", writes.number(), n);
  }

  public static Quorum of(int n, int r, int w) {
    return new Quorum(n, Answers.of(r), Answers.of(w));
  }

  /** Majorities, of however many copies there are. */
  public static Quorum majority(int n) {
    return new Quorum(n, Answers.of(Level.QUORUM), Answers.of(Level.QUORUM));
  }

  /** R of n copies, wherever they stand. */
  public int r() {
    return reads.nodes(n);
  }

  /** W of n copies, wherever they stand. */
  public int w() {
    return writes.nodes(n);
  }

  /**
   * Whether every read meets every acknowledged write while no node stands in for another; where
   * both are by data centres, whether those do that are asked for in the same one.
   *
   * @param copies how many there are
   */
  public boolean overlaps(int copies) {
    boolean byDatacenter = reads.reach().isByDatacenter() && writes.reach().isByDatacenter();
    return byDatacenter || least(reads, copies) + least(writes, copies) > copies;
  }

  /** Majorities in each of several parts are together one of the whole. */
  private static int least(Answers answers, int copies) {
    return answers.level() == Level.EACH_QUORUM ? copies / 2 + 1 : answers.nodes(copies);
  }

  private static void check(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          name + " must be between 1 and " + most + ", not " + value);
    }
  }
}
