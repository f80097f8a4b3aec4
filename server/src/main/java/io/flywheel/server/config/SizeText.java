package io.flywheel.server.config;

import java.util.regex.Pattern;

/** Sizes as people write them: bytes, or a whole number of {@code KiB}, {@code MiB} and so on. */
public final class SizeText {
  public static final String RULE =
      "bytes, or a whole number with KiB, MiB, GiB or TiB, such as 10GiB";

  private static final Pattern FORM = Pattern.compile("([0-9]{1,18})(KiB|MiB|GiB|TiB)?");

  private SizeText() {}

  /** In bytes; -1 where the text is no size. */
  public static long parseBytes(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      return -1;
    }
    int shift =
        switch (form.group(2)) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          case "TiB" -> 40;
          case null, default -> 0;
        };
    long count = Long.parseLong(form.group(1));
    return count > Long.MAX_VALUE >> shift ? -1 : count << shift;
  }
}
