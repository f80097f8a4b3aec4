package io.flywheel.cli;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as {@code 200ms}, {@code 2s}, {@code 5m}, {@code 1h}, {@code 30d}. */
final class Durations implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

  @Override
  public Duration convert(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is no duration, as in 200ms, 2s, 5m, 1h, 30d");
    }
    long count = Long.parseLong(form.group(1));
    if (count == 0) {
      throw new TypeConversionException("'" + text + "' is no time at all");
    }
    return switch (form.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** Whole seconds; a number without a unit is seconds too. */
  static final class Seconds implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      boolean bare = !text.isEmpty() && text.chars().allMatch(Character::isDigit);
      Duration duration = new Durations().convert(bare ? text + "s" : text);
      if (!duration.equals(duration.truncatedTo(ChronoUnit.SECONDS))) {
        throw new TypeConversionException("'" + text + "' is not in whole seconds");
      }
      return duration;
    }
  }
}
