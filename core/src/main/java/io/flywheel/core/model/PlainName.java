package io.flywheel.core.model;

import java.util.regex.Pattern;

/** Names stand in paths, metrics and file names, so they are kept plain. */
public final class PlainName {
  public static final String RULE =
      "1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit";

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private PlainName() {}

  public static boolean fits(String text) {
    return FORM.matcher(text).matches();
  }
}
