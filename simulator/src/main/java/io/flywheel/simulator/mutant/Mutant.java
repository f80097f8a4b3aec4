package io.flywheel.simulator.mutant;

import java.util.List;

/**
 * A small edit of one source file that brings a known bug back.
 *
 * @param trap what goes wrong, by its number in the list of traps
 * @param title the bug in a few words
 * @param file the source file, from the root of the sources: {@code io/flywheel/...}
 * @param search what is replaced: it is found exactly once
 * @param replacement what it is replaced by
 * @param checkers those of which one has to find it
 * @param seed one that is known to find it
 */
public record Mutant(
    String trap,
    String title,
    String file,
    String search,
    String replacement,
    List<String> checkers,
    long seed) {
  /** The source with the bug. */
  public String apply(String source) {
    int first = source.indexOf(search);
    if (first < 0 || source.indexOf(search, first + 1) >= 0) {
      throw new IllegalStateException(
          "trap " + trap + ": the text to replace is not found exactly once in " + file);
    }
    return source.substring(0, first) + replacement + source.substring(first + search.length());
  }
}
