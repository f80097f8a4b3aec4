package io.flywheel.core.model;

import org.jspecify.annotations.Nullable;

/**
 * W or R as somebody says it: a number, or a name that stands for as many as that is of the copies
 * that there are. A number of 0 says nothing.
 *
 * @param number 1 where there is a name
 */
public record Answers(int number, @Nullable Level level) {
  public static final Answers UNSAID = new Answers(0, null);

  public static Answers of(int number) {
    return new Answers(number, null);
  }

  public static Answers of(Level level) {
    return new Answers(1, level);
  }

  public Reach reach() {
    return level == null ? Reach.ANYWHERE : level.reach();
  }

  /** How many nodes that is, wherever they stand, of so many copies. */
  public int nodes(int copies) {
    return reach().nodes(number, copies);
  }

  /** As it was said. */
  @Override
  public String toString() {
    return level == null ? Integer.toString(number) : level.toString();
  }
}
