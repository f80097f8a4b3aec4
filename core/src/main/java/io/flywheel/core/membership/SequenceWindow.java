package io.flywheel.core.membership;

/**
 * Recognises a message that was already taken: by its number, within the last {@value #SIZE} of its
 * sender's life. Anything older counts as taken.
 */
public final class SequenceWindow {
  static final int SIZE = 4096;

  private final long[] taken = new long[SIZE / Long.SIZE];
  private long highest;

  /** Whether this number comes for the first time; it is taken from now on. */
  public boolean take(long sequence) {
    if (sequence <= highest - SIZE || sequence <= 0) {
      return false;
    }
    if (sequence > highest) {
      long from = Math.max(highest + 1, sequence - SIZE + 1);
      for (long skipped = from; skipped <= sequence; skipped++) {
        taken[word(skipped)] &= ~bit(skipped);
      }
      highest = sequence;
    }
    boolean first = (taken[word(sequence)] & bit(sequence)) == 0;
    taken[word(sequence)] |= bit(sequence);
    return first;
  }

  private static int word(long sequence) {
    return (int) (sequence % SIZE) / Long.SIZE;
  }

  private static long bit(long sequence) {
    return 1L << (sequence % Long.SIZE);
  }
}
