package io.flywheel.server.config;

import java.util.List;

/**
 * One setting as it was written.
 *
 * @param path its names from the top of the file, joined by dots
 * @param values one text, or the members of a list; empty for a group of settings
 * @param origin where it was written: a file and a line, a variable or a flag
 */
record Setting(String path, Form form, List<String> values, String origin) {
  enum Form {
    TEXT,
    LIST,
    GROUP
  }

  static Setting text(String path, String value, String origin) {
    return new Setting(path, Form.TEXT, List.of(value), origin);
  }

  static Setting list(String path, List<String> values, String origin) {
    return new Setting(path, Form.LIST, List.copyOf(values), origin);
  }

  static Setting group(String path, String origin) {
    return new Setting(path, Form.GROUP, List.of(), origin);
  }

  String value() {
    return values.getFirst();
  }

  ConfigException refused(String reason) {
    return new ConfigException(origin, path + ": " + reason);
  }
}
