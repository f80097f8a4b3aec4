package io.flywheel.simulator.scale;

import java.util.Locale;

/**
 * What was measured of one ring and of changes to it. All shares and moves are ratios, of which 1
 * is the best there can be.
 *
 * @param share the copies of the member that has most, over the mean
 * @param leads how often the member that comes first most often does, over the mean
 * @param join copies moved when a member is added, over its share; the worst of several
 * @param leave copies moved when one leaves, over what it had
 * @param replace copies moved when one takes another's place, over what that had
 * @param shareAfter the same as {@code share}, in the worst of all rings after a change
 * @param givers from how many members a new one gets its copies
 * @param ringBytes of the encoded ring
 * @param formMillis of computing the first ring
 * @param changeMillis of computing the next one, in the slowest case
 */
public record RingFigures(
    int nodes,
    int racks,
    int partitions,
    double share,
    double leads,
    double join,
    double leave,
    double replace,
    double shareAfter,
    int givers,
    int ringBytes,
    long formMillis,
    long changeMillis) {
  public static final String HEADER =
      "nodes  racks  partitions  largest/mean  first/mean  join  leave  replace  largest after"
          + "  givers  ring bytes  first ms  next ms";

  public String toText() {
    return String.format(
        Locale.ROOT,
        "%5d  %5d  %10d  %12.4f  %10.4f  %4.2f  %5.2f  %7.2f  %13.4f  %6d  %10d  %8d  %7d",
        nodes,
        racks,
        partitions,
        share,
        leads,
        join,
        leave,
        replace,
        shareAfter,
        givers,
        ringBytes,
        formMillis,
        changeMillis);
  }
}
