package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 10 to 15: deletions and expiry, and what brings back what was forgotten. */
final class ForgettingMutants {
  private static final String ERAS = "io/flywheel/core/membership/Eras.java";
  private static final String REAPER = "io/flywheel/core/antientropy/Reaper.java";

  private ForgettingMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "10",
            "a key that is written again after it was reaped goes on with its old actor",
            "io/flywheel/core/replica/ActorLease.java",
            "actor == null ? new Actor(incarnation, time) : actor, Math.max(time, newest + 1));",
            "actor == null ? new Actor(incarnation, 1) : actor, newest + 1);",
            List.of("UniqueDots", "UnreadIsNeverErased", "NothingDurableIsLost", "QuorumsOverlap"),
            11),
        new Mutant(
            "11",
            "reaped although its era is open",
            REAPER,
            "if (proof.era() <= eras.closed()) {",
            "if (proof.era() < eras.current()) {",
            List.of("ErasAreInStep", "DeletedStaysDeleted", "NothingDurableIsLost"),
            128),
        new Mutant(
            "12",
            "an era is settled although a debt from it is open",
            ERAS,
            "return Math.max(0, Math.min(era - 1, oldest) - 1);",
            "return Math.max(0, era - 2);",
            List.of("ErasAreInStep", "DebtsAreHonoured", "DeletedStaysDeleted"),
            3),
        new Mutant(
            "12, the other way",
            "a debt that cannot be read any more is taken for one of an era that has closed",
            "io/flywheel/core/antientropy/EraKeeper.java",
            "return era(StorageKey.SETTLED_ERA, eras.settledIn(era, oldest));",
            "return era(StorageKey.SETTLED_ERA, 0 * eras.settledIn(era, oldest));",
            List.of("ErasAreInStep", "DebtsAreHonoured", "NothingDurableIsLost", "NothingIsOwed"),
            116),
        new Mutant(
            "12, where the ring changes",
            "an era begins although a newcomer may be two behind, whom others know",
            ERAS,
            "if (other.epoch() > epoch) {",
            "if (other.epoch() < 0) {",
            List.of("ErasAreInStep"),
            70_576),
        new Mutant(
            "14",
            "a replica that has only a deletion counts for nothing when a read merges",
            "io/flywheel/core/coordinate/GetTally.java",
            "      merged = merged.merge(siblings, conflicts);",
            "      boolean deleted = siblings.living().stream().allMatch(sibling ->"
                + " sibling.tombstone());\n"
                + "      merged = deleted ? merged : merged.merge(siblings, conflicts);",
            List.of("QuorumsOverlap"),
            3),
        new Mutant(
            "15",
            "a value's end is counted from when a replica reads it",
            "io/flywheel/core/version/SiblingsCodec.java",
            "long expiry = (flags & EXPIRES) != 0 ? in.varint() : Sibling.NEVER;",
            "long expiry = (flags & EXPIRES) != 0 ? in.varint() + 1 : Sibling.NEVER;",
            List.of("Expiry"),
            1));
  }
}
