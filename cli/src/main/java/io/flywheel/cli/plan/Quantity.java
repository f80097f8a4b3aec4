package io.flywheel.cli.plan;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers with units, as disks and networks are sold: {@code 1PB} is 10^15 bytes, {@code 1PiB} is
 * 2^50. A unit that is not known is refused, not guessed.
 */
public final class Quantity {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?)([A-Za-z]*)");
  private static final double THOUSAND = 1_000;
  private static final double KIBI = 1_024;
  private static final double MINUTE_SECONDS = 60;
  private static final double HOUR_SECONDS = 3_600;
  private static final double DAY_SECONDS = 86_400;

  /** A year of 365 days. */
  public static final double YEAR_SECONDS = 365 * DAY_SECONDS;

  private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  private Quantity() {}

  /** A number of bytes, more than none. */
  public static double parseBytes(String text) {
    return parse(text, "size, as in 1PB, 10TB, 500GiB or 1000B", Quantity::bytesIn);
  }

  /** Bytes a second; {@code /s} may be left out. */
  public static double parseRate(String text) {
    String bytes = text.endsWith("/s") ? text.substring(0, text.length() - 2) : text;
    return parse(bytes, "rate, as in 50MB/s", Quantity::bytesIn);
  }

  /** A number of things, more than none. */
  public static double parseCount(String text) {
    return parse(text, "number, as in 50000, 50k, 1M or 1G", Quantity::onesIn);
  }

  /** A time in seconds. */
  public static double parseSeconds(String text) {
    return parse(text, "time, as in 90s, 30m, 12h, 7d or 10y", Quantity::secondsIn);
  }

  /** From 0 to 1, also written as a percentage. */
  public static double parseShare(String text) {
    boolean percent = text.endsWith("%");
    String number = percent ? text.substring(0, text.length() - 1) : text;
    if (!number.matches("[0-9]{1,3}(\\.[0-9]{1,9})?")) {
      throw refused(text, "share, as in 0.5 or 50%");
    }
    double share = Double.parseDouble(number) / (percent ? 100 : 1);
    if (share > 1) {
      throw refused(text, "share, as in 0.5 or 50%");
    }
    return share;
  }

  @FunctionalInterface
  private interface Unit {
    /** What one of this unit is; not a number where there is no such unit. */
    double in(String unit);
  }

  private static double parse(String text, String kind, Unit unit) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw refused(text, kind);
    }
    double value = Double.parseDouble(form.group(1)) * unit.in(form.group(2));
    if (!(value > 0)) {
      throw refused(text, kind);
    }
    return value;
  }

  private static IllegalArgumentException refused(String text, String kind) {
    return new IllegalArgumentException("'" + text + "' is no " + kind);
  }

  private static double bytesIn(String unit) {
    return switch (unit) {
      case "", "B" -> 1;
      case "kB", "KB" -> THOUSAND;
      case "MB" -> Math.pow(THOUSAND, 2);
      case "GB" -> Math.pow(THOUSAND, 3);
      case "TB" -> Math.pow(THOUSAND, 4);
      case "PB" -> Math.pow(THOUSAND, 5);
      case "EB" -> Math.pow(THOUSAND, 6);
      case "KiB" -> KIBI;
      case "MiB" -> Math.pow(KIBI, 2);
      case "GiB" -> Math.pow(KIBI, 3);
      case "TiB" -> Math.pow(KIBI, 4);
      case "PiB" -> Math.pow(KIBI, 5);
      default -> Double.NaN;
    };
  }

  private static double onesIn(String unit) {
    return switch (unit) {
      case "" -> 1;
      case "k", "K" -> THOUSAND;
      case "M" -> Math.pow(THOUSAND, 2);
      case "G" -> Math.pow(THOUSAND, 3);
      default -> Double.NaN;
    };
  }

  private static double secondsIn(String unit) {
    return switch (unit) {
      case "s" -> 1;
      case "m" -> MINUTE_SECONDS;
      case "h" -> HOUR_SECONDS;
      case "d" -> DAY_SECONDS;
      case "y" -> YEAR_SECONDS;
      default -> Double.NaN;
    };
  }

  /** As in 3.30PB. */
  public static String bytes(double count) {
    int unit = 0;
    double value = count;
    while (value >= THOUSAND && unit < BYTE_UNITS.length - 1) {
      value /= THOUSAND;
      unit++;
    }
    return digits(value) + BYTE_UNITS[unit];
  }

  /** As in 1,500,000, and from a billion on as in 1.00e+12. */
  public static String count(double count) {
    if (count >= 1e9) {
      return String.format(Locale.ROOT, "%.2e", count);
    }
    return count < 10 && count != Math.rint(count)
        ? String.format(Locale.ROOT, "%.2f", count)
        : String.format(Locale.ROOT, "%,.0f", count);
  }

  /** As in 90.0s, 11.2m, 42.7h or 3.50y. */
  public static String seconds(double seconds) {
    if (seconds < 2 * MINUTE_SECONDS) {
      return digits(seconds) + "s";
    }
    if (seconds < 2 * HOUR_SECONDS) {
      return digits(seconds / MINUTE_SECONDS) + "m";
    }
    if (seconds < 2 * DAY_SECONDS) {
      return digits(seconds / HOUR_SECONDS) + "h";
    }
    return seconds < YEAR_SECONDS
        ? digits(seconds / DAY_SECONDS) + "d"
        : digits(seconds / YEAR_SECONDS) + "y";
  }

  /** Of a probability: in percent, and where that is next to nothing as a power of ten. */
  public static String probability(double probability) {
    return probability >= 1e-4
        ? digits(probability * 100) + "%"
        : String.format(Locale.ROOT, "%.1e", probability);
  }

  /** Three that say something. */
  private static String digits(double value) {
    String format = value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, value).replaceFirst("\\.0+$", "");
  }
}
