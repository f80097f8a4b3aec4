package io.flywheel.server.config;

import java.util.regex.Pattern;

/**
 * Durations as people write them: a whole number and a unit, {@code 200ms}, {@code 2s}, {@code
 * 30d}.
 */
public final class DurationText {
  public static final String RULE = "a whole number with ms, s, m, h or d, such as 200ms or 30d";

  private static final Pattern FORM = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");

  private DurationText() {}

  /** As it is written with the largest unit that leaves a whole number. */
  public static String of(long millis) {
    if (millis % 86_400_000 == 0) {
      return millis / 86_400_000 + "d";
    }
    if (millis % 3_600_000 == 0) {
      return millis / 3_600_000 + "h";
    }
    if (millis % 60_000 == 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  /** In milliseconds; -1 where the text is no duration. */
  public static long parseMillis(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      return -1;
    }
    long unitMillis =
        switch (form.group(2)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "m" -> 60_000;
          case "h" -> 3_600_000;
          default -> 86_400_000;
        };
    long count = Long.parseLong(form.group(1));
    return count > Long.MAX_VALUE / unitMillis ? -1 : count * unitMillis;
  }
}
