package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 27, 33 and 34: requests that miss owners while the ring changes. */
final class OverlapMutants {
  private static final String TALLY = "io/flywheel/core/coordinate/PutTally.java";

  private OverlapMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "27",
            "the owners after a change are read before their copies have arrived",
            "io/flywheel/core/ring/Ownership.java",
            "return transition == null ? before : transition.readRing(before);",
            "return transition != null && !transition.undone() ? transition.next() : before;",
            List.of("CopiesOutliveChanges", "QuorumsOverlap", "NothingDurableIsLost"),
            20),
        new Mutant(
            "33",
            "a write is acknowledged with the quorum of the owners that are read alone",
            TALLY,
            "return enough(readers) && (beside == null || enough(beside));",
            "return enough(readers);",
            List.of("HonestReceipts", "QuorumsOverlap", "CopiesOutliveChanges"),
            36),
        new Mutant(
            "33, where copies are added",
            "whoever comes to have a copy beside all others is not written to until it is read",
            "io/flywheel/core/ring/Ring.java",
            "boolean differs = after.n > n;",
            "boolean differs = false;",
            List.of("CopiesOutliveChanges", "QuorumsOverlap", "NothingDurableIsLost"),
            4059),
        new Mutant(
            "33, by the owners before",
            "of more owners than are read as many are enough as of those that are",
            TALLY,
            "return reach.nodes(w, owners.size());",
            "return reach.nodes(w, readers.size());",
            List.of("HonestReceipts", "QuorumsOverlap"),
            20),
        new Mutant(
            "33, by the beginning",
            "a majority is one of the copies that there were at the beginning",
            "io/flywheel/core/node/ClientDesk.java",
            """
                        isUnsaid ? defaults.writes().number() : put.w(),
                        put.pw(),
                        (isUnsaid ? defaults.writes().reach() : put.reach()).from(here()),
            """,
            """
                        isUnsaid ? defaults.w() : put.w(),
                        put.pw(),
                        put.reach().from(here()),
            """,
            List.of("HonestReceipts", "QuorumsOverlap"),
            135),
        new Mutant(
            "34",
            "a node that hears from an older or a newer ring says nothing of it",
            "io/flywheel/core/node/RingTidings.java",
            """
                } else if (present != null && epoch > present.epoch()) {
                  ask(from);
                } else if (present != null && epoch < present.epoch()) {
                  bringUp(from, epoch);
                }
            """,
            "    }\n",
            List.of("StrangersStayOut", "RingsComeToRest", "MembersAgree", "SettingsAgree"),
            36));
  }
}
