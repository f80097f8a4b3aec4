package io.flywheel.cli;

import io.flywheel.cli.http.Json;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers as people read them, in quantities and in names. */
final class Figures {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private static final Pattern NUMBER = Pattern.compile("\\d+$");

  /** Orders names as people number things: node-2 before node-10. */
  private static final Comparator<String> BY_NAME =
      Comparator.comparing((String name) -> NUMBER.matcher(name).replaceFirst(""))
          .thenComparing(Figures::number)
          .thenComparing(Comparator.naturalOrder());

  private Figures() {}

  /** Members in the order of their names. */
  static List<Json> byName(List<Json> members) {
    return members.stream()
        .sorted(Comparator.comparing((Json member) -> member.get("name").text(), BY_NAME))
        .toList();
  }

  private static BigInteger number(String name) {
    var number = NUMBER.matcher(name);
    return number.find() ? new BigInteger(number.group()) : BigInteger.ZERO;
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", share * 100);
  }

  /** How long ago, as in 12s, 3m or 5h; nothing where it is not known. */
  static String seconds(Json age) {
    if (age.textOrNull() == null) {
      return "";
    }
    long seconds = age.integer();
    if (seconds < 120) {
      return seconds + "s";
    }
    return seconds < 7_200 ? seconds / 60 + "m" : seconds / 3_600 + "h";
  }

  /** How long something takes, as in 12s, 3m 20s or 5h 10m. */
  static String duration(long seconds) {
    if (seconds < 60) {
      return seconds + "s";
    }
    return seconds < 3_600
        ? seconds / 60 + "m " + seconds % 60 + "s"
        : seconds / 3_600 + "h " + seconds / 60 % 60 + "m";
  }

  static String bytes(long count) {
    double value = count;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? count + "B" : String.format(Locale.ROOT, "%.1f%s", value, UNITS[unit]);
  }
}
