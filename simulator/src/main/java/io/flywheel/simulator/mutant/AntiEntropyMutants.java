package io.flywheel.simulator.mutant;

import java.util.List;

/** Traps 28 to 30: trees that lie, and what it costs to build them. */
final class AntiEntropyMutants {
  private static final String TREES = "io/flywheel/core/antientropy/Trees.java";
  private static final String SWEEP = "io/flywheel/core/antientropy/Sweep.java";

  private AntiEntropyMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "28",
            "a tree keeps what was replaced",
            TREES,
            "tree.replace(hash, before, after);",
            "tree.replace(hash, Fingerprint.NONE, after);",
            List.of("TreesAgree"),
            1),
        new Mutant(
            "29",
            "a fingerprint leaves the values out",
            "io/flywheel/core/version/Fingerprints.java",
            """
                digest.update(bytes, 0, beginning);
                digest.update(bytes, bytes.length - checksum, checksum);
                digest.update(new ByteWriter(Integer.BYTES).i32(bytes.length).toByteArray());
            """,
            "    digest.update(bytes, 0, Math.min(12, beginning));\n",
            List.of("ReplicasConverge", "DeletedStaysDeleted"),
            27),
        new Mutant(
            "29, the other way",
            "of two values of one write the greater is taken for what was written",
            "io/flywheel/core/coordinate/Arbitration.java",
            "boolean ahead = vote.getValue() > most;\n"
                + "      boolean even = vote.getValue() == most;",
            "boolean ahead = most == 0;\n      boolean even = true;",
            List.of("MajoritiesMend"),
            27),
        new Mutant(
            "29, a third way",
            "who is yet to be read keeps a value that decayed, though those who are read know"
                + " better",
            "io/flywheel/core/node/DamageReports.java",
            "(peers.isReader(key) || peers.fills(peers.self(), key))",
            "peers.isReader(key)",
            List.of("MajoritiesMend"),
            31382),
        new Mutant(
            "30",
            "trees are built without a budget",
            SWEEP,
            "later(pauseMillis(cost, next == null));",
            "later(0);",
            List.of("WorkIsBounded"),
            12));
  }
}
