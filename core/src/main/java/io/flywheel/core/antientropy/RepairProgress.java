package io.flywheel.core.antientropy;

/**
 * How far the repair is that an operator asked for.
 *
 * @param running false once every replica that lives has been proven equal, or if none was asked
 *     for
 * @param proven partitions of which all replicas have been proven equal since it was asked for
 * @param owned partitions that there are to prove
 * @param keysMoved records sent and taken since
 */
public record RepairProgress(boolean running, int proven, int owned, long keysMoved) {
  public static final RepairProgress NONE = new RepairProgress(false, 0, 0, 0);
}
