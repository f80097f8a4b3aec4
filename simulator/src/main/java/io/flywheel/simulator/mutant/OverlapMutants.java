package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 27 and 33: requests that miss owners while the ring changes. */
final class OverlapMutants {
  private OverlapMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "27",
            "the owners after a change are read before their copies have arrived",
            "io/flywheel/core/ring/Ownership.java",
            "return transition != null && transition.phase() == Phase.READY ? transition.next() :"
                + " before;",
            "return transition != null && !transition.undone() ? transition.next() : before;",
            List.of("CopiesOutliveChanges", "QuorumsOverlap", "NothingDurableIsLost"),
            20),
        new Mutant(
            "33",
            "a write is acknowledged with the quorum of the owners that are read alone",
            "io/flywheel/core/coordinate/PutTally.java",
            "return enough(readers) && (beside == null || enough(beside));",
            "return enough(readers);",
            List.of("HonestReceipts", "QuorumsOverlap", "CopiesOutliveChanges"),
            36));
  }
}
