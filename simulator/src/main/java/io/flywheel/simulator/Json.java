package io.flywheel.simulator;

/**
 * Writes one JSON document, indented by two blanks, fields in the order in which they are given.
 */
public final class Json {
  private final StringBuilder text = new StringBuilder();
  private int depth;
  private boolean first = true;
  private boolean named;

  /** Begins an object or an array. */
  public Json open(char bracket) {
    text.append(bracket);
    depth++;
    first = true;
    named = false;
    return this;
  }

  public Json close(char bracket) {
    depth--;
    if (!first) {
      line();
    }
    text.append(bracket);
    first = false;
    return this;
  }

  /** Begins an element of an array. */
  public Json element() {
    if (!first) {
      text.append(',');
    }
    line();
    first = false;
    return this;
  }

  public Json name(String name) {
    element();
    quote(name);
    text.append(": ");
    named = true;
    return this;
  }

  public Json field(String name, String value) {
    name(name);
    quote(value);
    return valued();
  }

  public Json field(String name, long value) {
    name(name);
    text.append(value);
    return valued();
  }

  public Json field(String name, boolean value) {
    name(name);
    text.append(value);
    return valued();
  }

  public String end() {
    if (depth != 0 || named) {
      throw new IllegalStateException("the document is not complete");
    }
    return text.append('\n').toString();
  }

  private Json valued() {
    named = false;
    return this;
  }

  private void line() {
    text.append('\n').repeat("  ", depth);
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
