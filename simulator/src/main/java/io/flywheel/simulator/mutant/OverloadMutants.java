package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 31, 32, 45, 50 and 60: too much to do, and machines that are neither well nor dead. */
final class OverloadMutants {
  private static final String GETS = "io/flywheel/core/coordinate/GetCoordinator.java";

  private OverloadMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "31",
            "a read fails that cannot repair what it found stale",
            GETS,
            "      listener.found(merged, receipt);",
            """
                  long before = repair.repairs();
                  repair.repair(peers, key, merged, tally.era(), stale);
                  if (!stale.isEmpty() && repair.repairs() == before) {
                    listener.failed(new NotDone(Obstacle.OVERLOADED, "no repair"));
                    return;
                  }
                  listener.found(merged, receipt);\
            """,
            List.of("HealthyQuorumServes"),
            228),
        new Mutant(
            "32",
            "background work does not yield",
            "io/flywheel/core/handoff/BackgroundBudget.java",
            "      pace =\n          requestsWait()",
            "      pace =\n          steps < 0",
            List.of("BackgroundYields"),
            18),
        new Mutant(
            "45",
            "a slow replica is waited for",
            GETS,
            "      get.ask(Integer.MAX_VALUE);",
            "      get.ask(0);",
            List.of("HealthyQuorumServes"),
            228),
        new Mutant(
            "50",
            "whatever comes is begun, however long it has to wait",
            "io/flywheel/core/node/ClientDesk.java",
            "return schedule.queueingDelayMillis() * QUEUES_PASSED > timeoutMillis;",
            "return schedule.queueingDelayMillis() < 0;",
            List.of("GoodputReturns"),
            127),
        new Mutant(
            "60",
            "what merging brings together is bounded, so it never arrives",
            "io/flywheel/core/replica/KeyWork.java",
            "if (records.isFull() && Admission.brings(queue.current, merge.incoming())) {",
            "var both = queue.current.merge(merge.incoming(), namespace(queue.key).conflicts());\n"
                + "    if (both.living().size() > settings.limits().siblings()) {",
            List.of("ReplicasConverge", "HealedClusterServes", "NothingIsOwed"),
            47),
        new Mutant(
            "60, the other way",
            "a record that many siblings have made large fits into no message",
            "io/flywheel/core/message/MessageCodec.java",
            "readOwner(in),\n              in.bytes(SiblingsCodec.MAX_RECORD_BYTES));",
            "readOwner(in),\n              in.bytes(1024));",
            List.of("ReplicasConverge", "HealedClusterServes", "NothingIsOwed"),
            1));
  }
}
