package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 16 to 22: answers that promise too much. */
final class QuorumMutants {
  private static final String PUTS = "io/flywheel/core/coordinate/PutCoordinator.java";
  private static final String WORK = "io/flywheel/core/replica/KeyWork.java";

  private QuorumMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "16",
            "a read's receipt names replicas that did not answer",
            "io/flywheel/core/coordinate/GetCoordinator.java",
            "              primaries.size(),\n              tally.primaries(),",
            "              primaries.size(),\n              primaries.size(),",
            List.of("QuorumsOverlap"),
            1),
        new Mutant(
            "17",
            "two confirmations of one node count as two",
            "io/flywheel/core/coordinate/PutTally.java",
            "if (!asked.containsKey(node) || stored.contains(node)) {",
            "if (!asked.containsKey(node) || stored.size() > readers.size()) {",
            List.of("HonestReceipts"),
            7),
        new Mutant(
            "18",
            "acknowledged and not yet on disk",
            "io/flywheel/core/replica/Records.java",
            "if (last == null) {",
            "if (last == null || queue.loaded) {",
            List.of("HonestReceipts"),
            2),
        new Mutant(
            "19",
            "a note for an absent node counts as its confirmation",
            PUTS,
            "oweTo(tally.unattended(peers.self()));",
            """
            oweTo(tally.unattended(peers.self()));
                  for (var node : tally.unattended(peers.self())) {
                    tally.ask(node, node);
                    tally.record(node, PutStatus.STORED);
                  }\
            """,
            List.of("HonestReceipts"),
            13),
        new Mutant(
            "20",
            "a coordinator outside the preference list mints, and notes for nobody",
            WORK,
            """
            if (!owners.isOwn(queue.key)) {
                  also.add(records.owed(queue, records.owing(\
            """,
            """
            if (owners.isOwn(queue.key)) {
                  also.add(records.owed(queue, records.owing(\
            """,
            List.of("OnlyReplicasMint"),
            10),
        new Mutant(
            "21",
            "a retry is minted again",
            WORK,
            "var earlier = id == null ? null : current.applied(id);",
            "var earlier = id == null || queue.loaded ? null : current.applied(id);",
            List.of("RetriesAreRecognised"),
            1),
        new Mutant(
            "21, while both wait",
            "a retry that waits for the disk overtakes the first try that is brought meanwhile",
            "io/flywheel/core/replica/LocalReplica.java",
            "      queue.bringForward();\n",
            "",
            List.of("FirstTriesGoFirst"),
            7),
        new Mutant(
            "21, replaced",
            "the first try of a retried write outlives whoever replaced the retry",
            "io/flywheel/core/version/Siblings.java",
            "? joined : joined.withoutReplacedTwins();",
            "? joined : joined;",
            List.of("TwinsGoTogether"),
            23),
        new Mutant(
            "22",
            "'not done' is said of a write that was minted",
            PUTS,
            "      answer(\n          new Unknown(\n              tally.stored().size()",
            "      answer(\n          new NotDone(\n              Obstacle.DEADLINE,\n"
                + "              tally.stored().size()",
            List.of("NotDoneIsFinal"),
            7));
  }
}
