package io.flywheel.simulator.mutant;

import java.util.List;

/** Trap 58: nodes that go by settings of their own. */
final class SettingsMutants {
  private SettingsMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "58, by its file",
            "a node goes by its configuration for ever",
            "io/flywheel/core/node/MembershipDesk.java",
            "return cluster == null ? config.settings().records() : cluster.records();",
            "return config.settings().records();",
            List.of("SettingsAgree"),
            60),
        new Mutant(
            "58, merged anew",
            "what conflicts become may change",
            "io/flywheel/core/model/RecordSettings.java",
            "if (namesake.conflicts() != present.conflicts()) {",
            "if (namesake.name().isEmpty()) {",
            List.of("SettingsAgree"),
            60),
        new Mutant(
            "58, taken unread",
            "a replica takes records of namespaces that it has not heard of",
            "io/flywheel/core/node/ReplicaDesk.java",
            "return inForce.get().namespace(key.namespace()) == null;",
            "return key.bytes().isEmpty();",
            List.of("NobodyThrows"),
            70));
  }
}
