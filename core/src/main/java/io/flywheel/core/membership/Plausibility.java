package io.flywheel.core.membership;

import io.flywheel.core.model.Claim;

/**
 * What no member in its right mind would claim. Gossip carries a mistake to everybody within
 * seconds, and merging never takes anything back; so what cannot be is refused before it is merged.
 */
final class Plausibility {
  /** Nobody starts so often while somebody else looks away. */
  static final long MOST_STARTS = 1L << 20;

  /** How far eras can be apart at most: one, and one that is being adopted. */
  static final long MOST_ERAS = 2;

  private static final long MOST = 1L << 48;

  private Plausibility() {}

  /**
   * What is wrong with a claim; empty for nothing.
   *
   * @param known what is known of the same member
   * @param ownEra the era of this node, which cannot be far from any other member's
   */
  static String objection(Claim claim, Claim known, long ownEra) {
    if (!claim.isIntact()) {
      return "it was damaged on its way";
    }
    if (!isCount(claim.generation()) || !isCount(claim.version())) {
      return "a start or a version that cannot be";
    }
    if (claim.era() < Eras.FIRST || claim.settled() < 0 || claim.settled() >= claim.era()) {
      return "era " + claim.era() + " with " + claim.settled() + " settled";
    }
    if (claim.era() > ownEra + MOST_ERAS) {
      return "era " + claim.era() + " while this node is in era " + ownEra;
    }
    if (!known.isNone() && claim.generation() > known.generation() + MOST_STARTS) {
      return "start " + claim.generation() + " after " + known.generation();
    }
    if (claim.compareTo(known) > 0 && claim.era() < known.era()) {
      return "back in era " + claim.era() + " after " + known.era();
    }
    return claim.epoch() < 0 || claim.epoch() > MOST ? "ring epoch " + claim.epoch() : "";
  }

  private static boolean isCount(long value) {
    return value >= 1 && value <= MOST;
  }
}
