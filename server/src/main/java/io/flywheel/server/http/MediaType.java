package io.flywheel.server.http;

import io.flywheel.core.version.Sibling;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the Content-Type of a request and the Accept of another say about a value. */
final class MediaType {
  static final String JSON = "application/json";
  static final String BYTES = "application/octet-stream";

  /** What curl sends along with {@code -d} unless it is told otherwise. */
  private static final String FORM = "application/x-www-form-urlencoded";

  private static final Pattern TYPE =
      Pattern.compile(
          "[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \\t]*;[\\x20-\\x7e\\t]*)?");
  private static final Pattern UTF8_CHARSET =
      Pattern.compile(";[ \\t]*charset=\"?utf-?8\"?", Pattern.CASE_INSENSITIVE);

  private MediaType() {}

  /**
   * Whether a body of this type is the JSON of {@link JsonBody}, and not a value to keep as it is.
   */
  static boolean isJson(@Nullable String contentType) {
    if (contentType == null) {
      return true;
    }
    return isEssence(contentType, JSON) || isEssence(contentType, FORM);
  }

  /** Refuses a type that could not be given back as it came. */
  static void check(@Nullable String contentType) throws ProblemException {
    if (contentType == null) {
      return;
    }
    if (contentType.length() > Sibling.MAX_CONTENT_TYPE_BYTES) {
      throw unsupported("a content type has at most 255 characters");
    }
    if (!TYPE.matcher(contentType).matches()) {
      throw unsupported("a content type is written type/subtype; parameter=value");
    }
    if (isEssence(contentType, JSON)
        && contentType.toLowerCase(Locale.ROOT).contains("charset")
        && !UTF8_CHARSET.matcher(contentType).find()) {
      throw unsupported("JSON is in UTF-8");
    }
  }

  private static ProblemException unsupported(String detail) {
    return new ProblemException(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail);
  }

  /**
   * The type under which the bare bytes are wanted; null where JSON is. A client has to name the
   * value's type, or {@value #BYTES}, at least as eagerly as it names JSON; {@code *}{@code /*}
   * names nothing.
   *
   * @param stored the value's type, empty for text that came as JSON
   */
  static @Nullable String wanted(@Nullable String accept, String stored) {
    if (accept == null || accept.equals("*/*")) {
      return null;
    }
    String wanted = null;
    double eagerness = 0;
    double json = 0;
    for (String range : accept.split(",", -1)) {
      double quality = quality(range);
      if (isEssence(range, JSON) && !isEssence(stored, JSON)) {
        json = Math.max(json, quality);
      } else if (quality > eagerness && !stored.isEmpty() && covers(range, stored)) {
        wanted = stored;
        eagerness = quality;
      } else if (quality > eagerness && isEssence(range, BYTES)) {
        wanted = BYTES;
        eagerness = quality;
      }
    }
    return eagerness >= json ? wanted : null;
  }

  private static boolean covers(String range, String type) {
    String essence = essence(range);
    if (essence.endsWith("/*") && !essence.startsWith("*")) {
      return essence(type).startsWith(essence.substring(0, essence.length() - 1));
    }
    return essence.equals(essence(type));
  }

  private static double quality(String range) {
    int start = range.toLowerCase(Locale.ROOT).indexOf("q=");
    if (start < 0) {
      return 1;
    }
    int end = range.indexOf(';', start);
    String number =
        (end < 0 ? range.substring(start + 2) : range.substring(start + 2, end)).strip();
    return number.matches("[01](?:\\.[0-9]{0,3})?") ? Double.parseDouble(number) : 0;
  }

  private static boolean isEssence(String type, String essence) {
    return type.regionMatches(true, 0, essence, 0, essence.length())
        ? type.length() == essence.length() || essence(type).equals(essence)
        : essence(type).equals(essence);
  }

  /** Type and subtype without parameters. */
  private static String essence(String type) {
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }
}
