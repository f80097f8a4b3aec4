package io.flywheel.core.model;

/**
 * Knows what asked to come in lately, about: what asks for the first time is turned away, so that a
 * cache is not filled, and nothing driven out of it, by what is used once (Einziger et al.,
 * 'TinyLFU', 2017). It takes 4 bytes for each that it knows.
 */
public final class Doorkeeper {
  private final int bits;
  private final int[] turnedAway;

  /**
   * @param bits it knows 2^bits that were turned away, or fewer where two fall on one place
   */
  public Doorkeeper(int bits) {
    this.bits = bits;
    turnedAway = new int[1 << bits];
  }

  /** Whether a key with this hash asks again. */
  public boolean admits(int hash) {
    int mixed = hash * 0x9E3779B9; // 2^32 over the golden ratio: its bits are mixed
    int place = mixed >>> (Integer.SIZE - bits);
    boolean again = turnedAway[place] == mixed;
    turnedAway[place] = mixed;
    return again;
  }
}
