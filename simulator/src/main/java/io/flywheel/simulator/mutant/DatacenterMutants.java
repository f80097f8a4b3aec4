package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 17 and 45 between data centres: what is believed of those far away, and waited for. */
final class DatacenterMutants {
  private static final String PUTS = "io/flywheel/core/coordinate/PutCoordinator.java";

  private DatacenterMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "17, between data centres",
            "a relay's confirmation counts for all to whom it passes a put on",
            PUTS,
            "      if (!put.peers.isNear(from)) {",
            """
                  put.relays.behind(from).forEach(it -> put.tally.record(it, reply.status()));
                  if (!put.peers.isNear(from)) {\
            """,
            List.of("HonestReceipts", "QuorumsStandWhereAsked"),
            227),
        new Mutant(
            "45, between data centres",
            "whoever asks for a quorum of his data centre waits for the others",
            "io/flywheel/core/coordinate/Reached.java",
            "if (reach.scope() == Scope.LOCAL) {",
            "if (reach.scope() == Scope.LOCAL && copies.size() < 2) {",
            List.of("DatacentersServe"),
            86),
        new Mutant(
            "45, between data centres, the other way",
            "a relay keeps a put to itself",
            "io/flywheel/core/node/ReplicaDesk.java",
            "    for (Replica other : relayed.others()) {",
            "    for (Replica other : List.<Replica>of()) {",
            List.of("DatacentersServe", "OneCopyCrosses"),
            86),
        new Mutant(
            "45, between data centres, a third way",
            "every copy travels from one data centre to another by itself",
            PUTS,
            "if (!peers.spanDatacenters()) {",
            "if (!heldBack || !peers.spanDatacenters()) {",
            List.of("OneCopyCrosses"),
            86),
        new Mutant(
            "8, between data centres",
            "a put goes to a second replica before the first can have told it",
            "io/flywheel/core/coordinate/Forwarder.java",
            "FAR_PATIENCE_MILLIS = 250",
            "FAR_PATIENCE_MILLIS = 50",
            List.of("OneDotPerWrite"),
            30417));
  }
}
