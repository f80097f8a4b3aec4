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
            "      listeners.forEach(listener -> listener.found(merged, receipt));",
            """
                  long before = repair.repairs();
                  repair.repair(peers, key, merged, tally.era(), stale);
                  if (!stale.isEmpty() && repair.repairs() == before) {
                    listeners.forEach(
                        listener -> listener.failed(new NotDone(Obstacle.OVERLOADED, "no repair")));
                    return;
                  }
                  listeners.forEach(listener -> listener.found(merged, receipt));\
            """,
            List.of("HealthyQuorumServes"),
            155),
        new Mutant(
            "31, the other way",
            "every read of a stale key repairs it",
            "io/flywheel/core/coordinate/ReadRepair.java",
            "if (recent.size() >= MAX_KEYS || !recent.add(key)) {",
            "if (recent.size() >= MAX_KEYS || (!recent.add(key) && stale.isEmpty())) {",
            List.of("OneRepairAtATime"),
            3),
        new Mutant(
            "32",
            "background work does not yield",
            "io/flywheel/core/handoff/BackgroundBudget.java",
            "if (requestsWait()) {",
            "if (steps < 0) {",
            List.of("BackgroundYields"),
            351),
        new Mutant(
            "45",
            "a slow replica is waited for",
            GETS,
            "      get.ask(Integer.MAX_VALUE);",
            "      get.ask(0);",
            List.of("HealthyQuorumServes"),
            39),
        new Mutant(
            "50",
            "whatever comes is begun, however long it has to wait",
            "io/flywheel/core/node/WaitingLine.java",
            "if (waited <= next.timeoutMillis",
            "if (waited >= 0 || waited <= next.timeoutMillis",
            List.of("AnsweredOnceInTime"),
            18),
        new Mutant(
            "50, the other way",
            "requests are begun before what was begun is done",
            "io/flywheel/core/node/WaitingLine.java",
            "line.add(new Waiting(schedule.monotonicMillis(), timeoutMillis, valueBytes, beginning,"
                + " answer));",
            "bytes -= valueBytes;\n    beginning.begin(new Begun(answer));",
            List.of("GoodputReturns"),
            236),
        new Mutant(
            "50, a third way",
            "what has piled up for a node that was away is replayed as fast as it can be read",
            "io/flywheel/core/handoff/DebtPayer.java",
            """
                    || underWay.size() > window.size(now) / 2
                    || bytesUnderWay > MAX_BYTES_UNDER_WAY / 2
                    || budget.pieces(OVERHEAD_BYTES) == 0) {
                  return;
                }
                if (next == null && !nextPartition(now)) {
                  return;
                }
                var whole = new Slice(partition, 1, 0);
                var from = next != null ? next : StorageKey.at(whole.startHash(settings.partitions()));
                int room = Math.min(window.size(now) - underWay.size(), budget.pieces(OVERHEAD_BYTES));
            """,
            """
                    || underWay.size() > 500) {
                  return;
                }
                if (next == null && !nextPartition(now)) {
                  return;
                }
                var whole = new Slice(partition, 1, 0);
                var from = next != null ? next : StorageKey.at(whole.startHash(settings.partitions()));
                int room = 1_000;
            """,
            List.of("BackgroundYields", "GoodputReturns"),
            351),
        new Mutant(
            "60",
            "what merging brings together is bounded, so it never arrives",
            "io/flywheel/core/replica/KeyWork.java",
            "if (records.isFull() && Admission.brings(queue.current, merge.incoming())) {",
            "var both = queue.current.merge(merge.incoming(), namespace(queue.key).conflicts());\n"
                + "    if (both.living().size() > inForce.get().limits().siblings()) {",
            List.of("ReplicasConverge", "HealedClusterServes", "NothingIsOwed"),
            75),
        new Mutant(
            "60, the other way",
            "a record that many siblings have made large fits into no message",
            "io/flywheel/core/message/MessageCodec.java",
            "readOwner(in),\n        in.bytes(SiblingsCodec.MAX_RECORD_BYTES));",
            "readOwner(in),\n              in.bytes(1024));",
            List.of("ReplicasConverge", "HealedClusterServes", "NothingIsOwed"),
            1));
  }
}
