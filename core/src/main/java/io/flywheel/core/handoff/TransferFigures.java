package io.flywheel.core.handoff;

import io.flywheel.core.model.NodeId;
import java.util.List;

/**
 * How far this node is with what a change of the ring gives it or takes from it.
 *
 * @param partitionsWanted that it gains by the change under way
 * @param partitionsDone those of them that have arrived and were verified
 * @param bytesReceived of records, for this change, since the start
 * @param bytesRemaining about, as far as what has come so far can tell
 * @param bytesPerSecond received of late
 * @param bytesSent of records, to others, since the start
 * @param partners from whom something comes or came
 * @param formerPartitions that it owned and may still hold records of
 * @param recordsReleased records of such partitions that it has dropped since the start, as their
 *     owners have them
 */
public record TransferFigures(
    int partitionsWanted,
    int partitionsDone,
    long bytesReceived,
    long bytesRemaining,
    long bytesPerSecond,
    long bytesSent,
    List<Partner> partners,
    int formerPartitions,
    long recordsReleased) {
  /** What one other node gives: partitions under way now, and bytes in all. */
  public record Partner(NodeId node, int partitions, long bytes) {}

  public static final TransferFigures NONE = new TransferFigures(0, 0, 0, 0, 0, 0, List.of(), 0, 0);
}
