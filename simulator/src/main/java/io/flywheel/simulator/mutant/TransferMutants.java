package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 24, 27, 35 and 37: copies that do not arrive, and members that do not go. */
final class TransferMutants {
  private TransferMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "35, of those who are lost",
            "a partition waits for owners who never come back",
            "io/flywheel/core/handoff/TransferSources.java",
            "    others.removeIf(peers::isLost);\n",
            "",
            List.of("RingsComeToRest"),
            5_031),
        new Mutant(
            "24, of those who are lost",
            "what is kept for owners that never come back is dropped",
            "io/flywheel/core/handoff/Creditors.java",
            "      owners.remove(creditor);",
            "      owners.clear();",
            List.of("DebtsAreHonoured", "NothingDurableIsLost"),
            7_956),
        new Mutant(
            "37",
            "nobody remembers who was removed",
            "io/flywheel/core/ring/Cluster.java",
            "        gone.add(member.id());",
            "        gone.remove(member.id());",
            List.of("RingsComeToRest", "StrangersStayOut"),
            36));
  }
}
