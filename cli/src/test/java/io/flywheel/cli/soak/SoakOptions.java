package io.flywheel.cli.soak;

import java.util.List;

/** What {@code ./soak} was given, as in {@code --cycles 100 --seed 7}. */
record SoakOptions(int cycles, long seed) {
  private static final int DEFAULT_CYCLES = 100;

  /** From the system property {@code soak.arguments}. */
  static SoakOptions ofSystem() {
    List<String> words = List.of(System.getProperty("soak.arguments", "").strip().split("\\s+"));
    long cycles = DEFAULT_CYCLES;
    long seed = System.nanoTime();
    for (int i = 0; i + 1 < words.size(); i += 2) {
      long value = Long.parseLong(words.get(i + 1));
      switch (words.get(i)) {
        case "--cycles" -> cycles = value;
        case "--seed" -> seed = value;
        default -> throw new IllegalArgumentException("--cycles or --seed, not " + words.get(i));
      }
    }
    return new SoakOptions(Math.toIntExact(cycles), seed);
  }
}
