package io.flywheel.ycsb;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/**
 * What the properties of a run say.
 *
 * @param w replicas that confirm a write; 0 for the cluster's default
 * @param r replicas that answer a read; 0 for the cluster's default
 * @param replaces whether an update writes the given fields and drops the others, without reading
 * @param fieldCount how many fields the workload's records have
 */
record Settings(
    List<String> hosts,
    String namespace,
    int w,
    int r,
    Duration timeout,
    boolean replaces,
    int fieldCount) {
  private static final String DEFAULT_HOSTS = "127.0.0.1:7401";
  private static final String DEFAULT_TIMEOUT_MILLIS = "10000";
  private static final int MOST_REPLICAS = 255;

  /**
   * The settings.
   *
   * @throws IllegalArgumentException where one makes no sense
   */
  static Settings of(Properties properties) {
    String update = properties.getProperty("flywheel.update", "merge");
    if (!update.equals("merge") && !update.equals("replace")) {
      throw new IllegalArgumentException("flywheel.update is merge or replace, not " + update);
    }
    return new Settings(
        Arrays.stream(properties.getProperty("flywheel.hosts", DEFAULT_HOSTS).split(","))
            .map(String::strip)
            .toList(),
        properties.getProperty("flywheel.namespace", "lww"),
        number(properties, "flywheel.w", "0", 0, MOST_REPLICAS),
        number(properties, "flywheel.r", "0", 0, MOST_REPLICAS),
        Duration.ofMillis(
            number(properties, "flywheel.timeout", DEFAULT_TIMEOUT_MILLIS, 1, 60_000)),
        update.equals("replace"),
        number(properties, "fieldcount", "10", 1, Integer.MAX_VALUE));
  }

  private static int number(Properties properties, String name, String usual, int least, int most) {
    String text = properties.getProperty(name, usual).strip();
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        name + " is a number from " + least + " to " + most + ", not " + text);
  }

  /** Where the last write wins a put needs no context, and a remembered one would be stale. */
  boolean needsContexts() {
    return !namespace.equals("lww");
  }
}
