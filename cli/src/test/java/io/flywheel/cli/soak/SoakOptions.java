package io.flywheel.cli.soak;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code ./soak} was given, as in {@code --cycles 100 --seed 7}. */
record SoakOptions(Map<String, Long> given) {
  private static final String SEED = "seed";

  /**
   * From the system property {@code soak.arguments}.
   *
   * @param known the options besides {@code --seed}, with what they are unless given
   */
  static SoakOptions ofSystem(Map<String, Long> known) {
    Map<String, Long> options = new TreeMap<>(known);
    options.put(SEED, System.nanoTime());
    String arguments = System.getProperty("soak.arguments", "").strip();
    List<String> words = arguments.isEmpty() ? List.of() : List.of(arguments.split("\\s+"));
    for (int i = 0; i < words.size(); i += 2) {
      String name = words.get(i).replaceFirst("^--", "");
      if (!words.get(i).startsWith("--") || !options.containsKey(name) || i + 1 == words.size()) {
        throw new IllegalArgumentException(
            "this soak takes --"
                + String.join(" N, --", options.keySet())
                + " N, not "
                + arguments);
      }
      options.put(name, Long.parseLong(words.get(i + 1)));
    }
    return new SoakOptions(options);
  }

  int number(String name) {
    return Math.toIntExact(given.getOrDefault(name, 0L));
  }

  long seed() {
    return given.getOrDefault(SEED, 0L);
  }
}
