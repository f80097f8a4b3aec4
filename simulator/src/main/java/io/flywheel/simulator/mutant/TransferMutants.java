package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 27, 35 and 37: copies that do not arrive, and members that do not go. */
final class TransferMutants {
  private TransferMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "27, too soon",
            "whoever gains partitions says at once that it has them",
            "io/flywheel/core/handoff/Transfers.java",
            "boolean has = waiting.isEmpty() && underWay.isEmpty() && arrived.durable() >= wanted;",
            "boolean has = wanted >= 0;",
            List.of("RingsComeToRest", "QuorumsOverlap", "NothingDurableIsLost", "MajoritiesMend"),
            5_065),
        new Mutant(
            "35",
            "the next page is asked for before the records of this one are on disk",
            "io/flywheel/core/handoff/RangePull.java",
            "      awaited++;\n      with.replica()",
            "      with.replica()",
            List.of("QuorumsOverlap", "NothingDurableIsLost", "MajoritiesMend"),
            5_054),
        new Mutant(
            "37",
            "nobody remembers who was removed",
            "io/flywheel/core/ring/Cluster.java",
            "        gone.add(member.id());",
            "        gone.remove(member.id());",
            List.of("RingsComeToRest", "StrangersStayOut"),
            5_054));
  }
}
