package io.flywheel.simulator;

/** Prints the trace hash of each seed of a range: to be compared with those of another JVM. */
final class TraceHashes {
  private TraceHashes() {}

  public static void main(String[] arguments) {
    System.out.print(of(Long.parseLong(arguments[0]), Integer.parseInt(arguments[1])));
  }

  static String of(long firstSeed, int seeds) {
    var hashes = new StringBuilder();
    for (int i = 0; i < seeds; i++) {
      hashes.append(Simulator.run(firstSeed + i, 0, null).traceHash()).append('\n');
    }
    return hashes.toString();
  }
}
