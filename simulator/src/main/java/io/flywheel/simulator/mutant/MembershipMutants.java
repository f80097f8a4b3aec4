package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 39 to 45: what members believe of members. */
final class MembershipMutants {
  private static final String GOSSIPER = "io/flywheel/core/membership/Gossiper.java";

  private MembershipMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "39",
            "a member's starts are counted by its wall clock",
            "io/flywheel/core/node/MembershipDesk.java",
            "            identity.generation(),",
            "            schedule.wallMillis(),",
            List.of("LivePeersAreAlive", "MembersAgree"),
            23),
        new Mutant(
            "39, the other way",
            "a claim's version counts for more than the start that made it",
            "io/flywheel/core/model/Claim.java",
            "    int order = Long.compare(generation, other.generation);\n"
                + "    order = order != 0 ? order : Long.compare(version, other.version);",
            "    int order = Long.compare(version, other.version);",
            List.of("MembersAgree"),
            3),
        new Mutant(
            "40",
            "nobody speaks to a member that is not heard",
            GOSSIPER,
            "    watched.forEach(this::greet);",
            "    watched.stream().filter(peer -> table.isAlive(peer,"
                + " schedule.monotonicMillis())).forEach(this::greet);",
            List.of("LivePeersAreAlive"),
            21),
        new Mutant(
            "41",
            "gossip that was damaged is believed",
            "io/flywheel/core/membership/Plausibility.java",
            "      return \"it was damaged on its way\";",
            "      return \"\";",
            List.of("LivePeersAreAlive", "MembersAgree", "UselessIsForgotten", "ErasAreInStep"),
            40),
        new Mutant(
            "43",
            "two that agree go on telling each other",
            GOSSIPER,
            "      } else if (order < 0) {",
            "      } else if (order <= 0) {",
            List.of("WorkIsBounded"),
            3),
        new Mutant(
            "44",
            "failure detection believes the other one's clock",
            GOSSIPER,
            "    table.heartbeat(from, schedule.monotonicMillis());",
            "    table.heartbeat(from, schedule.monotonicMillis() + beat.wallMillis() -"
                + " schedule.wallMillis());",
            List.of("LivePeersAreAlive", "HealedClusterServes"),
            3));
  }
}
