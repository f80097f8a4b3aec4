package io.flywheel.simulator.scale;

import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingDiff;
import io.flywheel.core.ring.RingMember;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Measures the placement of many nodes: how evenly the first ring deals copies, how much more than
 * the least a change moves, and how long either takes. The rings are those that nodes of that
 * number would have; nothing else of a node is in it.
 */
public final class RingExperiment {
  /** The sizes that docs/scale.md has. */
  public static final List<Integer> SIZES = List.of(10, 100, 300, 1_000);

  /** As one, and as five equal ones. */
  public static final List<Integer> RACKS = List.of(1, 5);

  private static final int COPIES = 3;
  private static final int SUBJECTS = 3;

  private final int nodes;
  private final int racks;
  private final SplittableRandom random;
  private final Ring ring;
  private final long formMillis;
  private double join;
  private double leave;
  private double replace;
  private double shareAfter;
  private int givers;
  private long changeMillis;

  private RingExperiment(int nodes, int racks) {
    this.nodes = nodes;
    this.racks = racks;
    random = new SplittableRandom(nodes);
    var members = new ArrayList<RingMember>();
    for (int i = 0; i < nodes; i++) {
      members.add(member(i));
    }
    long since = System.nanoTime();
    ring = Placement.form(members, Partition.countFor(nodes), COPIES);
    formMillis = millisSince(since);
  }

  /** One ring, and changes of it: three members leave, three are replaced, three are added. */
  public static RingFigures run(int nodes, int racks) {
    return new RingExperiment(nodes, racks).run();
  }

  private RingFigures run() {
    double mean = (double) ring.partitions() * COPIES / nodes;
    var held = ring.ownership();
    for (int i = 0; i < SUBJECTS; i++) {
      RingMember some = ring.members().get(random.nextInt(nodes));
      int had = held.getOrDefault(some.id(), 0);
      var by = new RingMember(new NodeId(random.nextLong()), some.zone(), 1);
      replace = Math.max(replace, moved(new RingChange.Replace(some.id(), by), had));
      leave = Math.max(leave, moved(new RingChange.Remove(some.id()), had));
      join = Math.max(join, joins(member(nodes + i)));
    }
    return new RingFigures(
        nodes,
        racks,
        ring.partitions(),
        most(held.values()) / mean,
        most(ring.coordinators().values()) / (mean / COPIES),
        join,
        leave,
        replace,
        shareAfter,
        givers,
        encodedBytes(),
        formMillis,
        changeMillis);
  }

  private RingMember member(int number) {
    var zone = new Zone("dc1", "r" + number % racks);
    return new RingMember(new NodeId(random.nextLong()), zone, 1);
  }

  private double joins(RingMember newcomer) {
    int share = ring.partitions() * COPIES / (nodes + 1);
    var change = new RingChange.Add(newcomer);
    double ratio = moved(change, share);
    var from = new TreeSet<NodeId>();
    RingDiff.between(ring, Placement.next(ring, change))
        .moved()
        .forEach(partition -> from.addAll(partition.lost()));
    givers = Math.max(givers, from.size());
    return ratio;
  }

  /** How many copies a change moves, over the least. */
  private double moved(RingChange change, int least) {
    long since = System.nanoTime();
    Ring next = Placement.next(ring, change);
    changeMillis = Math.max(changeMillis, millisSince(since));
    double mean = (double) next.partitions() * COPIES / next.members().size();
    shareAfter = Math.max(shareAfter, most(next.ownership().values()) / mean);
    return (double) RingDiff.between(ring, next).copies() / least;
  }

  private int encodedBytes() {
    var out = new ByteWriter();
    ring.write(out);
    return out.toByteArray().length;
  }

  private static double most(Collection<Integer> counts) {
    return Collections.max(counts);
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  /** Prints the figures of all sizes as they come, and returns them. */
  public static List<RingFigures> print(PrintStream out) {
    var all = new ArrayList<RingFigures>();
    out.println(RingFigures.HEADER);
    for (int racks : RACKS) {
      for (int nodes : SIZES) {
        var figures = run(nodes, racks);
        out.println(figures.toText());
        all.add(figures);
      }
    }
    return all;
  }
}
