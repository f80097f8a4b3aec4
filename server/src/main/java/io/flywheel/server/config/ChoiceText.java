package io.flywheel.server.config;

import java.util.ArrayList;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The constants of an enumeration as people write them, in small letters with hyphens. */
public final class ChoiceText {
  private ChoiceText() {}

  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Null where none is written like this. */
  public static <E extends Enum<E>> @Nullable E parse(Class<E> choices, String text) {
    for (E constant : choices.getEnumConstants()) {
      if (of(constant).equals(text)) {
        return constant;
      }
    }
    return null;
  }

  /** All of them, for who wrote something else. */
  public static <E extends Enum<E>> String all(Class<E> choices) {
    var names = new ArrayList<String>();
    for (E constant : choices.getEnumConstants()) {
      names.add(of(constant));
    }
    return String.join(", ", names);
  }
}
