package io.flywheel.core.antientropy;

/**
 * How equal this node's copies are to those of the other replicas, and what was done for it since
 * the start.
 *
 * @param provenWorstMillis how long ago the partition was proven that waits longest; since the
 *     start where it never was
 * @param provenMedianMillis the same of half of all partitions
 * @param partitionsNeverProven owned partitions not proven since the start
 * @param treesBuilt owned partitions of which there is a tree
 * @param treesOwned owned partitions
 * @param treesCorrected trees that did not agree with the disk
 * @param exchanges exchanges with other replicas that came to their end
 * @param quietExchanges those of them in which no record had to be moved
 * @param differencesFound keys that were confirmed to differ
 * @param falseAlarms keys whose sums differed and whose records did not
 * @param contradictions keys of which one write had different values at two replicas
 * @param keysSent records sent to another replica and stored there
 * @param keysTaken records of another replica stored here
 * @param recordBytes bytes of records that exchanges moved, either way
 * @param sweeps times that all records were read
 * @param damagedFound records that sweeps could not read
 * @param strays records met of partitions that others own
 * @param orphans those of them that nobody waits for: there should be none
 * @param tombstones records without a value in owned partitions, as the last sweep counted
 */
public record AntiEntropyFigures(
    long provenWorstMillis,
    long provenMedianMillis,
    int partitionsNeverProven,
    int treesBuilt,
    int treesOwned,
    long treesCorrected,
    long exchanges,
    long quietExchanges,
    long differencesFound,
    long falseAlarms,
    long contradictions,
    long keysSent,
    long keysTaken,
    long recordBytes,
    long sweeps,
    long damagedFound,
    long strays,
    long orphans,
    long tombstones,
    RepairProgress repair) {
  public static final AntiEntropyFigures NONE =
      new AntiEntropyFigures(
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, RepairProgress.NONE);
}
