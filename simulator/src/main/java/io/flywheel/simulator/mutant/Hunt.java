package io.flywheel.simulator.mutant;

import java.util.function.LongFunction;

/** Looks for a seed that finds one mutant. */
public final class Hunt {
  /**
   * How a hunt ended.
   *
   * @param seeds how many were run
   * @param seed the one that found it, if {@code caught}
   * @param finding what it found
   */
  public record Catch(boolean caught, int seeds, long seed, String finding) {
    /** The checker that found it. */
    String checker() {
      return finding.substring(0, Math.max(0, finding.indexOf(':')));
    }
  }

  private final Mutant mutant;
  private final LongFunction<String> runner;

  public Hunt(Mutant mutant) {
    this.mutant = mutant;
    this.runner = new MutantLoader(MutantCompiler.compile(mutant)).runner();
  }

  /** Runs seeds from {@code firstSeed} on until an expected checker finds something. */
  public Catch from(long firstSeed, int mostSeeds) {
    String other = "";
    for (int i = 0; i < mostSeeds; i++) {
      String finding = runner.apply(firstSeed + i);
      if (isExpected(finding)) {
        return new Catch(true, i + 1, firstSeed + i, finding);
      }
      other = finding.isEmpty() ? other : finding;
    }
    return new Catch(false, mostSeeds, firstSeed, other);
  }

  private boolean isExpected(String finding) {
    for (String checker : mutant.checkers()) {
      if (finding.startsWith(checker + ":")) {
        return true;
      }
    }
    return false;
  }
}
