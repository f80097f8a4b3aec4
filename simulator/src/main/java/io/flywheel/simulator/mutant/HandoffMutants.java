package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 23 to 25 and 59: what is kept for others, and how it is paid. */
final class HandoffMutants {
  private static final String WORK = "io/flywheel/core/replica/KeyWork.java";
  private static final String PAYER = "io/flywheel/core/handoff/DebtPayer.java";

  private HandoffMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "23",
            "what is brought replaces what is there",
            WORK,
            "var merged = queue.current.merge(incoming, namespace.conflicts());\n"
                + "    boolean changes",
            "var merged = incoming;\n    boolean changes",
            List.of("NothingDurableIsLost", "DebtsAreHonoured", "QuorumsOverlap"),
            4),
        new Mutant(
            "24",
            "what earlier lives owe is not looked for at the start",
            "io/flywheel/core/handoff/DebtCount.java",
            "page.entries().forEach(this::count);",
            "page.entries().subList(0, 0).forEach(this::count);",
            List.of("NothingIsOwed", "DebtsAreHonoured", "ReplicasConverge"),
            6),
        new Mutant(
            "24, the other way",
            "a fallback that has counted towards W drops what it cannot pay at once",
            PAYER,
            "leftAloneUntil.put(from, now + LEAVE_ALONE_MILLIS);",
            "satisfied.addAll(creditors);",
            List.of("DebtsAreHonoured", "NothingDurableIsLost"),
            39),
        new Mutant(
            "25",
            "where no hint can be taken an owner refuses its own writes",
            WORK,
            "owners.isOwn(queue.key)\n            || (ledger.admits(",
            "owners.isOwn(queue.key) && ledger.admits(0)\n            || (ledger.admits(",
            List.of("HealedClusterServes"),
            11),
        new Mutant(
            "59",
            "a hint is struck out for the old state while a newer one was merged into it",
            WORK,
            "Records.debts(queue).version() != settle.version()",
            "queue.unreadable",
            List.of("DebtsAreHonoured"),
            7));
  }
}
