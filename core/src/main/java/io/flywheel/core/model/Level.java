package io.flywheel.core.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The names that a client may say in place of a number for W or R, as others have them too. */
public enum Level {
  ONE,
  QUORUM,
  ALL,
  /** A quorum of the copies in the data centre of the node that is asked. */
  LOCAL_QUORUM,
  /** A quorum of the copies in each data centre that has any. */
  EACH_QUORUM;

  /** All of them, for who wrote another. */
  public static final String NAMES = "one, quorum, all, local_quorum, each_quorum";

  /** By its name in small letters; null for an unknown one. */
  public static @Nullable Level named(String name) {
    for (Level level : values()) {
      if (level.toString().equals(name)) {
        return level;
      }
    }
    return null;
  }

  /** How many nodes that is of all {@code n}, wherever they stand. */
  public int count(int n) {
    return switch (this) {
      case ONE, LOCAL_QUORUM, EACH_QUORUM -> 1;
      case QUORUM -> n / 2 + 1;
      case ALL -> n;
    };
  }

  /** Where it asks for quorums beside that. */
  public Reach reach() {
    return switch (this) {
      case ONE, QUORUM, ALL -> Reach.ANYWHERE;
      case LOCAL_QUORUM -> Reach.LOCAL;
      case EACH_QUORUM -> Reach.EACH;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
