package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 16 to 22 and 44: answers that promise too much, and clocks that are believed. */
final class QuorumMutants {
  private static final String PUTS = "io/flywheel/core/coordinate/PutCoordinator.java";
  private static final String REPLICA = "io/flywheel/core/replica/LocalReplica.java";

  private QuorumMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "16",
            "a read's receipt names replicas that did not answer",
            "io/flywheel/core/coordinate/GetCoordinator.java",
            "new Receipt(n, answered.size(), 0,",
            "new Receipt(n, n, 0,",
            List.of("QuorumsOverlap"),
            20),
        new Mutant(
            "17",
            "two confirmations of one node count as two",
            "io/flywheel/core/coordinate/PutTally.java",
            "if (!primaries.contains(node) || stored.contains(node)) {",
            "if (!primaries.contains(node)) {",
            List.of("HonestReceipts"),
            19),
        new Mutant(
            "18",
            "acknowledged and not yet on disk",
            REPLICA,
            "if (last == null) {",
            "if (last == null || queue.loaded) {",
            List.of("HonestReceipts"),
            2),
        new Mutant(
            "19",
            "a note for an absent node counts as its confirmation",
            PUTS,
            "peers.send(node, put);",
            "peers.send(node, put);\n          if (!peers.isAlive(node, sentMillis)) {\n"
                + "            tally.record(node, PutStatus.STORED);\n          }",
            List.of("HonestReceipts"),
            2),
        new Mutant(
            "20",
            "a coordinator outside the preference list mints",
            "io/flywheel/core/node/ClientDesk.java",
            "if (peers.isReplica(order.key())) {",
            "if (peers.isReplica(order.key()) || order.w() == 1) {",
            List.of("OnlyReplicasMint"),
            3),
        new Mutant(
            "21",
            "a retry is minted again",
            REPLICA,
            "var earlier = id == null ? null : current.applied(id);",
            "var earlier = id == null || queue.loaded ? null : current.applied(id);",
            List.of("RetriesAreRecognised"),
            1),
        new Mutant(
            "22",
            "'not done' is said of a write that was minted",
            PUTS,
            "      answer(\n          new Unknown(\n              tally.stored().size()",
            "      answer(\n          new NotDone(\n              Obstacle.DEADLINE,\n"
                + "              tally.stored().size()",
            List.of("NotDoneIsFinal"),
            1),
        new Mutant(
            "44",
            "failure detection believes the other one's clock",
            "io/flywheel/core/node/MembershipDesk.java",
            "table.heartbeat(from, schedule.monotonicMillis());",
            "table.heartbeat(\n        from, schedule.monotonicMillis() + beat.wallMillis() -"
                + " schedule.wallMillis());",
            List.of("LivePeersAreAlive", "HealedClusterServes"),
            8));
  }
}
