package io.flywheel.server.config;

import io.flywheel.server.config.Setting.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The names of all settings, and the form that each has. */
final class Vocabulary {
  /** The group whose members are named by the operator. */
  static final String NAMESPACES = "namespaces";

  /**
   * The secret itself. It comes by the environment alone: files and process lists are read by many.
   */
  static final String SECRET = "secret";

  /** The group of the secret's file has the same name as the secret. */
  static final String SECRET_FILE = "secret.file";

  /** The group that has n, r and w, and data centres named by the operator in place of n. */
  static final String REPLICATION = "replication";

  private static final String PREFIX = "FLYWHEEL_";
  private static final String REPLICATION_PREFIX = "FLYWHEEL_REPLICATION_";
  private static final String NAMESPACES_PREFIX = "FLYWHEEL_NAMESPACES_";

  /**
   * Variables that share the prefix and are not the node's: the address that the command line talks
   * to, and the launcher's options for the JVM.
   */
  private static final List<String> OTHERS = List.of("FLYWHEEL_NODE", "FLYWHEEL_JAVA_OPTS");

  private static final List<String> NAMESPACE =
      List.of("conflicts", "overflow", "blind-writes", "ttl");

  private static final List<String> TEXTS =
      List.of(
          "cluster",
          "node",
          "zone.datacenter",
          "zone.rack",
          "weight",
          "data",
          "listen.client",
          "listen.peer",
          SECRET_FILE,
          "replication.n",
          "replication.r",
          "replication.w",
          "partitions",
          "durability",
          "lanes",
          "hints.limit",
          "transfers.limit",
          "limits.value",
          "limits.siblings",
          "limits.object");

  private static final List<String> LISTS = List.of("seeds", "initial-members");
  private static final List<String> GROUPS =
      List.of(
          "zone", "listen", "secret", "replication", "hints", "transfers", "limits", NAMESPACES);

  private static final Map<String, String> VARIABLES = variables();

  private Vocabulary() {}

  /** The form of the setting {@code name} within a group, "" being the top; null for an unknown. */
  static @Nullable Form form(String group, String name) {
    if (group.equals(NAMESPACES)) {
      return Form.GROUP;
    }
    if (group.startsWith(NAMESPACES + ".")) {
      return NAMESPACE.contains(name) ? Form.TEXT : null;
    }
    if (group.equals(REPLICATION)) {
      return Form.TEXT;
    }
    if (name.contains(".")) {
      return null;
    }
    String path = path(group, name);
    if (TEXTS.contains(path)) {
      return Form.TEXT;
    }
    if (LISTS.contains(path)) {
      return Form.LIST;
    }
    return GROUPS.contains(path) ? Form.GROUP : null;
  }

  /** The form of a whole path. */
  static @Nullable Form form(String path) {
    String group = groupOf(path);
    return form(group, group.isEmpty() ? path : path.substring(group.length() + 1));
  }

  /** The group of a setting, "" being the top. Names of data centres may have dots. */
  static String groupOf(String path) {
    int end = path.startsWith(REPLICATION + ".") ? REPLICATION.length() : path.lastIndexOf('.');
    return end < 0 ? "" : path.substring(0, end);
  }

  static String path(String group, String name) {
    return group.isEmpty() ? name : group + "." + name;
  }

  /** The names that a group may have, for who wrote another. */
  static List<String> names(String group) {
    if (group.startsWith(NAMESPACES + ".")) {
      return NAMESPACE;
    }
    var names = new ArrayList<String>();
    for (var paths : List.of(TEXTS, LISTS, GROUPS)) {
      for (String path : paths) {
        int end = path.lastIndexOf('.');
        if ((end < 0 ? "" : path.substring(0, end)).equals(group)) {
          names.add(path.substring(end + 1));
        }
      }
    }
    return names;
  }

  /** Whether a variable of the environment is meant for a node. */
  static boolean isVariable(String variable) {
    return variable.startsWith(PREFIX) && !OTHERS.contains(variable);
  }

  /**
   * The path that a variable sets, null for an unknown one. A namespace is found by its name in
   * capitals among {@code namespaces}, and so is a data centre; one that is not there yet is taken
   * to be in small letters.
   */
  static @Nullable String pathOf(
      String variable, List<String> namespaces, List<String> datacenters) {
    String path = VARIABLES.get(variable);
    if (path == null && variable.startsWith(REPLICATION_PREFIX)) {
      String name = variable.substring(REPLICATION_PREFIX.length());
      return name.isEmpty() ? null : path(REPLICATION, known(name, datacenters));
    }
    if (path != null || !variable.startsWith(NAMESPACES_PREFIX)) {
      return path;
    }
    String rest = variable.substring(NAMESPACES_PREFIX.length());
    for (String setting : NAMESPACE) {
      String ending = "_" + capitals(setting);
      if (rest.endsWith(ending) && rest.length() > ending.length()) {
        String name = rest.substring(0, rest.length() - ending.length());
        return NAMESPACES + "." + known(name, namespaces) + "." + setting;
      }
    }
    return null;
  }

  private static String known(String capitals, List<String> names) {
    String known = capitals.toLowerCase(Locale.ROOT);
    for (String name : names) {
      known = capitals(name).equals(capitals) ? name : known;
    }
    return known;
  }

  private static Map<String, String> variables() {
    var variables = new TreeMap<String, String>();
    for (var paths : List.of(TEXTS, LISTS, List.of(SECRET))) {
      for (String path : paths) {
        variables.put(PREFIX + capitals(path), path);
      }
    }
    OTHERS.forEach(variables::remove);
    return variables;
  }

  private static String capitals(String path) {
    return path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
