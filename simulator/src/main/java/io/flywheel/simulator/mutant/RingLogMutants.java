package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 36, 38 and 42: two rings at a time, and nodes that are taken for others. */
final class RingLogMutants {
  private static final String PROPOSER = "io/flywheel/core/membership/RingProposer.java";
  private static final String CLUSTER = "io/flywheel/core/ring/Cluster.java";

  private RingLogMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "36",
            "half of the members decide, on either side of a cut",
            PROPOSER,
            "? 2 * those.size() > voters.size()",
            "? 2 * those.size() >= voters.size()",
            List.of("OneEntryPerEpoch"),
            1052),
        new Mutant(
            "36, a step ahead",
            "the next entry is proposed before all have come to the present one",
            "io/flywheel/core/membership/Confirmations.java",
            "    return missing(cluster, entry).isEmpty()\n        && (!",
            "    return (!",
            List.of("OneEntryPerEpoch"),
            36),
        new Mutant(
            "36, at once",
            "a change begins while another one is open",
            CLUSTER,
            "yield transition != null",
            "yield transition != null && epoch < 0",
            List.of("RingsComeToRest", "OneEntryPerEpoch", "CopiesOutliveChanges"),
            134),
        new Mutant(
            "36, undone",
            "an undone change ends with the ring that it was to bring about",
            CLUSTER,
            "var stays = over.undone() ? ring : over.next();",
            "var stays = over.next();",
            List.of("CopiesOutliveChanges", "QuorumsOverlap", "NothingDurableIsLost"),
            519),
        new Mutant(
            "36, with who joins",
            "a change goes on though whom it is about is lost with others",
            CLUSTER,
            "open != null && (!joining.isEmpty() || strands(base, nextLost));",
            "open != null && strands(base, nextLost);",
            List.of("OneEntryPerEpoch", "RingsComeToRest", "CopiesOutliveChanges"),
            660),
        new Mutant(
            "38",
            "a node is known by its address, whatever its disk remembers",
            "io/flywheel/core/node/Node.java",
            "new Identity(new NodeId(random.nextLong()), 1,",
            "new Identity(new NodeId(config.peerAddress().hashCode()), 1,",
            List.of("OneEntryPerEpoch", "StrangersStayOut", "NobodyThrows", "NothingDurableIsLost"),
            5),
        new Mutant(
            "42",
            "an entry that comes late is carried out over newer ones",
            "io/flywheel/core/node/RingDesk.java",
            "epoch <= Math.max(before.epoch(), tidings.decidedEpoch())",
            "epoch == Math.max(before.epoch(), tidings.decidedEpoch())",
            List.of("OneEntryPerEpoch"),
            397),
        new Mutant(
            "42, for those who are left",
            "a change goes on though it leaves partitions to lost members alone",
            "io/flywheel/core/ring/Transition.java",
            "if (isThere && lost.containsAll(next.replicas(partition))) {",
            "if (isThere && undone && lost.containsAll(next.replicas(partition))) {",
            List.of("RingsComeToRest", "NothingDurableIsLost", "CopiesOutliveChanges"),
            41));
  }
}
