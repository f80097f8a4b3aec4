package io.flywheel.core.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The names that W and R may have in place of a number, as others have them too. */
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

  /** What it asks for beside one node. */
  public Reach reach() {
    return switch (this) {
      case ONE -> Reach.ANYWHERE;
      case QUORUM -> Reach.QUORUM;
      case ALL -> Reach.ALL;
      case LOCAL_QUORUM -> Reach.LOCAL;
      case EACH_QUORUM -> Reach.EACH;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
