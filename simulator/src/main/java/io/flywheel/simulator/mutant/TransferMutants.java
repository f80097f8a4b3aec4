package io.flywheel.simulator.mutant;

import java.util.List;

/**
 * Traps 13, 24, 26, 27, 35 and 37: copies that do not arrive, or go too soon, and members that
 * stay.
 */
final class TransferMutants {
  private TransferMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "13",
            "a new owner whose copies are on their way has nothing to delete",
            "io/flywheel/core/node/ReplicaDesk.java",
            "    replica.merge(\n        put.key(),\n        incoming,",
            """
                if (peers.fills(peers.self(), put.key())
                    && incoming.living().stream().allMatch(sibling -> sibling.tombstone())) {
                  reply(peers, from, put, PutStatus.STORED);
                  return;
                }
                replica.merge(
                    put.key(),
                    incoming,\
            """,
            List.of("HonestReceipts", "QuorumsOverlap", "DeletedStaysDeleted"),
            20),
        new Mutant(
            "26",
            "a former owner drops what it has without asking those who own it",
            "io/flywheel/core/antientropy/Strays.java",
            "      asked.add(key);\n      releases.ask(key, state);",
            "      released(key, state);",
            List.of("CopiesOutliveChanges", "NothingDurableIsLost"),
            240),
        new Mutant(
            "26, the other way",
            "one owner that has it is enough for a former owner to drop it",
            "io/flywheel/core/antientropy/Releases.java",
            "} else if (missing.isEmpty()) {",
            "} else if (missing.size() < owners.size()) {",
            List.of("CopiesOutliveChanges", "NothingDurableIsLost"),
            1286),
        new Mutant(
            "26, a third way",
            "what was kept for a lost owner is dropped when who takes its place may yet be sent"
                + " back",
            "io/flywheel/core/handoff/Creditors.java",
            "    if (dependsOnChange(present, key, nowMillis)) {",
            "    if (nowMillis < 0) {",
            List.of("CopiesOutliveChanges", "NothingDurableIsLost"),
            30790),
        new Mutant(
            "27, too soon",
            "whoever gains partitions says at once that it has them",
            "io/flywheel/core/handoff/Transfers.java",
            "boolean has = waiting.isEmpty() && underWay.isEmpty() && arrived.durable() >= wanted;",
            "boolean has = wanted >= 0;",
            List.of("CopiesOutliveChanges", "RingsComeToRest", "QuorumsOverlap"),
            1052),
        new Mutant(
            "35, of those who are lost",
            "a partition waits for owners who never come back",
            "io/flywheel/core/handoff/TransferSources.java",
            "node.equals(peers.self()) || peers.isDismissed(node, nowMillis)",
            "node.equals(peers.self())",
            List.of("RingsComeToRest"),
            184),
        new Mutant(
            "24, of those who are lost",
            "what is kept for owners that never come back is dropped",
            "io/flywheel/core/handoff/Creditors.java",
            "      owners.remove(creditor);",
            "      owners.clear();",
            List.of("DebtsAreHonoured", "NothingDurableIsLost"),
            300),
        new Mutant(
            "24, of an owner for now",
            "who owns by one of two rings only does not note whom a hint is for",
            "io/flywheel/core/replica/KeyWork.java",
            " || (merge.owner() != null && owners.isOwnForNow(queue.key));",
            ";",
            List.of("CopiesOutliveChanges", "DebtsAreHonoured"),
            56023),
        new Mutant(
            "37",
            "nobody remembers who was removed",
            "io/flywheel/core/ring/Cluster.java",
            "        gone.add(member.id());",
            "        gone.remove(member.id());",
            List.of("RingsComeToRest", "StrangersStayOut"),
            41));
  }
}
