package io.flywheel.server.config;

import io.flywheel.server.config.Setting.Form;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All settings of a node, the later source over the earlier, and their reading into values. */
final class Settings {
  private final Path file;
  private final Map<String, Setting> byPath;

  private Settings(Path file, Map<String, Setting> byPath) {
    this.file = file;
    this.byPath = byPath;
  }

  static Settings of(Path file, Map<String, String> environment, Map<String, String> flags)
      throws ConfigException {
    var settings = new Settings(file, new LinkedHashMap<>(YamlFile.read(file)));
    for (var variable : new TreeMap<>(environment).entrySet()) {
      String name = variable.getKey();
      if (Vocabulary.isVariable(name)) {
        String path = Vocabulary.pathOf(name, settings.namespaces(), settings.datacenters());
        if (path == null) {
          throw new ConfigException(name, "there is no such setting");
        }
        settings.override(path, variable.getValue(), name);
      }
    }
    for (var flag : flags.entrySet()) {
      String path = flag.getKey();
      String origin = "flag " + path;
      Form form = Vocabulary.form(path);
      if (form == null) {
        throw new ConfigException(origin, "there is no such setting");
      }
      if (form == Form.GROUP) {
        throw new ConfigException(origin, "only its members can be set here");
      }
      settings.override(path, flag.getValue(), origin);
    }
    return settings;
  }

  private void override(String path, String value, String origin) throws ConfigException {
    if (path.equals(Vocabulary.SECRET)) {
      byPath.remove(Vocabulary.SECRET_FILE);
      byPath.put(path, Setting.text(path, value, origin));
      return;
    }
    if (Vocabulary.form(path) == Form.LIST) {
      byPath.put(path, Setting.list(path, members(value), origin));
      return;
    }
    if (value.isBlank()) {
      throw new ConfigException(origin, path + ": has no value");
    }
    if (path.equals(Vocabulary.SECRET_FILE) && isSecret(Vocabulary.SECRET)) {
      if (!origin.startsWith("flag ")) {
        throw new ConfigException(origin, path + ": FLYWHEEL_SECRET is set too; which one is it?");
      }
      byPath.remove(Vocabulary.SECRET);
    }
    String group = Vocabulary.groupOf(path);
    if (!group.isEmpty()) {
      byPath.putIfAbsent(group, Setting.group(group, origin));
    }
    byPath.put(path, Setting.text(path, value.strip(), origin));
  }

  private boolean isSecret(String path) {
    Setting setting = byPath.get(path);
    return setting != null && setting.form() == Form.TEXT;
  }

  private static List<String> members(String value) {
    if (value.isBlank()) {
      return List.of();
    }
    return Arrays.stream(value.split(",", -1)).map(String::strip).toList();
  }

  /** The names of the namespaces that are mentioned, in their order. */
  List<String> namespaces() {
    String prefix = Vocabulary.NAMESPACES + ".";
    var names = new ArrayList<String>();
    for (Setting setting : byPath.values()) {
      if (setting.form() == Form.GROUP && setting.path().startsWith(prefix)) {
        names.add(setting.path().substring(prefix.length()));
      }
    }
    return names;
  }

  /** The data centres that have numbers of copies of their own, in the order they were written. */
  List<String> datacenters() {
    String prefix = Vocabulary.REPLICATION + ".";
    var names = new ArrayList<String>();
    for (Setting setting : byPath.values()) {
      String path = setting.path();
      if (path.startsWith(prefix)
          && !Vocabulary.names(Vocabulary.REPLICATION).contains(path.substring(prefix.length()))) {
        names.add(path.substring(prefix.length()));
      }
    }
    return names;
  }

  /** The setting itself, for refusing it; null where nothing was written. */
  @Nullable Setting find(String path) {
    return byPath.get(path);
  }

  /** A refusal of a setting, which is the file's where the setting was left to its default. */
  ConfigException refused(String path, String reason) {
    Setting setting = byPath.get(path);
    return setting == null
        ? new ConfigException(file + ":1", path + ": " + reason)
        : setting.refused(reason);
  }

  String required(String path) throws ConfigException {
    Setting setting = byPath.get(path);
    if (setting == null) {
      throw refused(path, "is missing");
    }
    return setting.value();
  }

  String text(String path, String otherwise) {
    Setting setting = byPath.get(path);
    return setting == null ? otherwise : setting.value();
  }

  List<Setting> members(String path, boolean distinct) throws ConfigException {
    Setting list = byPath.get(path);
    var members = new ArrayList<Setting>();
    for (String value : list == null ? List.<String>of() : list.values()) {
      var member = Setting.text(path, value, list == null ? "" : list.origin());
      if (distinct && members.stream().anyMatch(other -> other.value().equals(value))) {
        throw member.refused(value + " is named twice");
      }
      members.add(member);
    }
    return members;
  }

  /** Whether what was written is a whole number. */
  boolean isWhole(String path) {
    return text(path, "").matches("0|[1-9][0-9]{0,8}");
  }

  int integer(String path, int least, int most, int otherwise) throws ConfigException {
    Setting setting = byPath.get(path);
    if (setting == null) {
      return otherwise;
    }
    if (!isWhole(path)) {
      throw setting.refused(setting.value() + " is not a whole number");
    }
    int value = Integer.parseInt(setting.value());
    if (value < least || value > most) {
      throw setting.refused(value + " is not between " + least + " and " + most);
    }
    return value;
  }

  long sizeBytes(String path, long least, long most, long otherwise) throws ConfigException {
    Setting setting = byPath.get(path);
    if (setting == null) {
      return otherwise;
    }
    long bytes = SizeText.parseBytes(setting.value());
    if (bytes < 0) {
      throw setting.refused(setting.value() + " is not a size: write " + SizeText.RULE);
    }
    if (bytes < least || bytes > most) {
      throw setting.refused(
          setting.value() + " is not between " + least + " and " + most + " bytes");
    }
    return bytes;
  }

  long durationMillis(String path, long least, long most, long otherwise) throws ConfigException {
    Setting setting = byPath.get(path);
    if (setting == null) {
      return otherwise;
    }
    long millis = DurationText.parseMillis(setting.value());
    if (millis < 0) {
      throw setting.refused(setting.value() + " is not a duration: write " + DurationText.RULE);
    }
    if (millis < least || millis > most) {
      throw setting.refused(
          setting.value() + " is not between " + least + " and " + most + " milliseconds");
    }
    return millis;
  }

  /** One of an enumeration's constants, written in small letters with hyphens. */
  <E extends Enum<E>> E choice(String path, E otherwise) throws ConfigException {
    Setting setting = byPath.get(path);
    if (setting == null) {
      return otherwise;
    }
    var choices = otherwise.getDeclaringClass();
    E choice = ChoiceText.parse(choices, setting.value());
    if (choice == null) {
      throw setting.refused(setting.value() + " is not one of " + ChoiceText.all(choices));
    }
    return choice;
  }

  Address address(String path, Address otherwise) throws ConfigException {
    Setting setting = byPath.get(path);
    return setting == null ? otherwise : address(setting);
  }

  static Address address(Setting setting) throws ConfigException {
    Address address = Address.parse(setting.value());
    if (address == null) {
      throw setting.refused(setting.value() + " is not an address: write " + Address.RULE);
    }
    if (address.isWildcard()) {
      throw setting.refused(
          setting.value() + " names no machine: write the address by which others reach this one");
    }
    return address;
  }
}
