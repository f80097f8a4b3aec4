package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * What a change of the ring would do, computed before anybody does it: the two rings are known (the
 * next one is a pure function of this one, {@link Placement}), and how large a copy of a partition
 * is can be estimated.
 *
 * <p><b>Bytes.</b> A node fetches each copy that it gains from the one whose place it takes. Where
 * that one is down, it merges what a majority of the owners have, and the copy is counted that many
 * times: the worst case, as only what differs is fetched more than once. Where the number of copies
 * changes it fetches one, and what others have beyond that, which is little and not counted. All
 * nodes fetch at the same time, each within its own limit: the change takes as long as the one that
 * has most to fetch.
 *
 * <p><b>Disk.</b> What a node gives up it deletes only after the change, so until then it needs
 * room for everything that it gains.
 *
 * <p><b>Copies.</b> Until a change is ready the owners before it are those who have the data. What
 * is left where one more of them fails ({@link Exposure}) is counted among these.
 *
 * @param shares of every member of either ring, by id
 * @param copiesMoved how many copies of partitions move
 * @param copiesAtLeast how many would have to move if racks did not count
 * @param crowdings racks and data centres whose loss would leave no majority, before or after
 * @param partitionsByLiving at index i, how many partitions have i live copies: fewer than a read
 *     asks for, and what the others alone had acknowledged is not there
 * @param exposures what would be left if one further node failed meanwhile, by id
 */
public record Forecast(
    List<Share> shares,
    int copiesMoved,
    int copiesAtLeast,
    List<Crowding> crowdings,
    List<Integer> partitionsByLiving,
    List<Exposure> exposures) {
  /**
   * What a node holds before the change, and what it gains and loses.
   *
   * @param fetchedBytes what it has to be sent for the copies that it gains
   */
  public record Share(
      NodeId node,
      int copiesBefore,
      int copiesGained,
      int copiesLost,
      long gainedBytes,
      long lostBytes,
      long fetchedBytes) {
    /** The room that it needs beyond what it has now: what it loses is deleted only afterwards. */
    public long peakExtraBytes() {
      return gainedBytes;
    }
  }

  /**
   * A rack, or a data centre, whose loss would leave some partitions without a majority of their
   * copies.
   *
   * @param whole whether the whole data centre is meant; the rack's name does not count then
   * @param before how many such partitions there are now
   * @param after how many there would be
   */
  public record Crowding(Zone zone, boolean whole, int before, int after) {
    public boolean isNew() {
      return after > before;
    }
  }

  /**
   * What would be left if a node failed while the change is under way.
   *
   * @param partitionsByCopies at index i, how many partitions would have i live copies
   */
  public record Exposure(NodeId failed, List<Integer> partitionsByCopies) {
    /** How many partitions would have fewer live copies than {@code copies}. */
    public int below(int copies) {
      int sum = 0;
      for (int i = 0; i < copies; i++) {
        sum += partitionsByCopies.get(i);
      }
      return sum;
    }
  }

  /**
   * Looks ahead.
   *
   * @param down members that do not answer: nothing can be fetched from them
   * @param bytesOf how large a copy of a partition is, about
   */
  public static Forecast of(
      Ring before, Ring after, Collection<NodeId> down, ToLongFunction<Partition> bytesOf) {
    var diff = RingDiff.between(before, after);
    var absent = new TreeSet<>(down);
    return new Forecast(
        shares(before, after, diff, absent, bytesOf),
        diff.copies(),
        copiesAtLeast(before, after),
        crowdings(before, after),
        partitionsByLiving(before, absent),
        exposures(before, absent));
  }

  /**
   * How long the transfers take where each node may fetch so much in a second.
   *
   * @param leastCopyBytes what a copy counts for at least, however little is in it
   */
  public long seconds(long limitBytesPerSecond, long leastCopyBytes) {
    long most = 0;
    for (Share share : shares) {
      most = Math.max(most, Math.max(share.fetchedBytes(), share.copiesGained() * leastCopyBytes));
    }
    return Math.ceilDiv(most, limitBytesPerSecond);
  }

  /** All that is fetched, by all nodes together. */
  public long fetchedBytes() {
    long sum = 0;
    for (Share share : shares) {
      sum += share.fetchedBytes();
    }
    return sum;
  }

  private static List<Share> shares(
      Ring before,
      Ring after,
      RingDiff diff,
      TreeSet<NodeId> absent,
      ToLongFunction<Partition> bytesOf) {
    int majority = before.n() / 2 + 1;
    boolean takesPlaces = before.replication().equals(after.replication());
    var tallies = new TreeMap<NodeId, Tally>();
    before.members().forEach(member -> tallies.put(member.id(), new Tally()));
    after.members().forEach(member -> tallies.put(member.id(), new Tally()));
    for (RingDiff.Moved moved : diff.moved()) {
      long bytes = bytesOf.applyAsLong(moved.partition());
      for (int i = 0; i < moved.gained().size(); i++) {
        boolean isFromAbsent = takesPlaces && absent.contains(moved.lost().get(i));
        Tally gaining = Objects.requireNonNull(tallies.get(moved.gained().get(i)));
        gaining.gained++;
        gaining.gainedBytes += bytes;
        gaining.fetchedBytes += isFromAbsent ? majority * bytes : bytes;
      }
      for (NodeId node : moved.lost()) {
        Tally losing = Objects.requireNonNull(tallies.get(node));
        losing.lost++;
        losing.lostBytes += bytes;
      }
    }
    var held = before.ownership();
    var shares = new ArrayList<Share>();
    tallies.forEach(
        (node, tally) ->
            shares.add(
                new Share(
                    node,
                    held.getOrDefault(node, 0),
                    tally.gained,
                    tally.lost,
                    tally.gainedBytes,
                    tally.lostBytes,
                    tally.fetchedBytes)));
    return Collections.unmodifiableList(shares);
  }

  private static final class Tally {
    int gained;
    int lost;
    long gainedBytes;
    long lostBytes;
    long fetchedBytes;
  }

  /**
   * All that somebody who is in only one of the rings holds there must come or go, and so must each
   * further copy.
   */
  private static int copiesAtLeast(Ring before, Ring after) {
    int ofMembers = Math.max(copiesOfOthers(before, after), copiesOfOthers(after, before));
    return Math.max(ofMembers, (after.n() - before.n()) * before.partitions());
  }

  private static int copiesOfOthers(Ring ring, Ring other) {
    int copies = 0;
    int changed = 0;
    var inOther = other.ownership();
    for (var held : ring.ownership().entrySet()) {
      if (!other.contains(held.getKey())) {
        copies += held.getValue();
      } else if (!Objects.equals(ring.member(held.getKey()), other.member(held.getKey()))) {
        changed += Math.max(0, held.getValue() - inOther.getOrDefault(held.getKey(), 0));
      }
    }
    return Math.max(copies, changed);
  }

  private static List<Crowding> crowdings(Ring before, Ring after) {
    var crowdings = new ArrayList<Crowding>();
    crowdings(before, after, Forecast::datacenter, true, crowdings);
    crowdings(before, after, RingMember::zone, false, crowdings);
    return Collections.unmodifiableList(crowdings);
  }

  private static Zone datacenter(RingMember member) {
    return new Zone(member.zone().datacenter(), "");
  }

  /** Where everything always was in one zone nobody expects to survive its loss. */
  private static void crowdings(
      Ring before,
      Ring after,
      Function<RingMember, Zone> zoneOf,
      boolean whole,
      List<Crowding> crowdings) {
    var now = crowded(before, zoneOf);
    var then = crowded(after, zoneOf);
    if (now.size() < 2 && then.size() < 2) {
      return;
    }
    var zones = new TreeSet<>(now.keySet());
    zones.addAll(then.keySet());
    for (Zone zone : zones) {
      int counted = now.getOrDefault(zone, 0);
      int expected = then.getOrDefault(zone, 0);
      if (counted > 0 || expected > 0) {
        crowdings.add(new Crowding(zone, whole, counted, expected));
      }
    }
  }

  /** For each zone how many partitions would be left without a majority by its loss. */
  private static SortedMap<Zone, Integer> crowded(Ring ring, Function<RingMember, Zone> zoneOf) {
    var numbers = new TreeMap<Zone, Integer>();
    for (RingMember member : ring.members()) {
      numbers.putIfAbsent(zoneOf.apply(member), numbers.size());
    }
    var zoneOfMember = new int[ring.memberCount()];
    for (int i = 0; i < zoneOfMember.length; i++) {
      zoneOfMember[i] = numbers.getOrDefault(zoneOf.apply(ring.members().get(i)), 0);
    }
    int majority = ring.n() / 2 + 1;
    var crowded = new int[numbers.size()];
    var copies = new int[numbers.size()];
    for (int partition = 0; partition < ring.partitions(); partition++) {
      for (int slot = 0; slot < ring.n(); slot++) {
        int zone = zoneOfMember[ring.replicaAt(partition, slot)];
        copies[zone]++;
        // Just now too few are left elsewhere; each further one changes nothing.
        if (ring.n() - copies[zone] == majority - 1) {
          crowded[zone]++;
        }
      }
      for (int slot = 0; slot < ring.n(); slot++) {
        copies[zoneOfMember[ring.replicaAt(partition, slot)]] = 0;
      }
    }
    var byZone = new TreeMap<Zone, Integer>();
    numbers.forEach((zone, number) -> byZone.put(zone, crowded[number]));
    return byZone;
  }

  private static List<Integer> partitionsByLiving(Ring ring, TreeSet<NodeId> absent) {
    var isAbsent = absent(ring, absent);
    var all = new int[ring.n() + 1];
    for (int partition = 0; partition < ring.partitions(); partition++) {
      all[living(ring, partition, isAbsent)]++;
    }
    return Arrays.stream(all).boxed().toList();
  }

  private static boolean[] absent(Ring ring, TreeSet<NodeId> absent) {
    var isAbsent = new boolean[ring.memberCount()];
    for (int i = 0; i < isAbsent.length; i++) {
      isAbsent[i] = absent.contains(ring.idAt(i));
    }
    return isAbsent;
  }

  private static int living(Ring ring, int partition, boolean[] isAbsent) {
    int live = 0;
    for (int slot = 0; slot < ring.n(); slot++) {
      live += isAbsent[ring.replicaAt(partition, slot)] ? 0 : 1;
    }
    return live;
  }

  private static List<Exposure> exposures(Ring ring, TreeSet<NodeId> absent) {
    int n = ring.n();
    int members = ring.memberCount();
    var isAbsent = absent(ring, absent);
    var all = new int[n + 1];
    var owned = new int[members][n + 1];
    for (int partition = 0; partition < ring.partitions(); partition++) {
      int live = living(ring, partition, isAbsent);
      all[live]++;
      for (int slot = 0; slot < n; slot++) {
        owned[ring.replicaAt(partition, slot)][live]++;
      }
    }
    var exposures = new ArrayList<Exposure>();
    for (int member = 0; member < members; member++) {
      if (!isAbsent[member]) {
        exposures.add(new Exposure(ring.idAt(member), without(all, owned[member])));
      }
    }
    return Collections.unmodifiableList(exposures);
  }

  /** Those that the failed one owned have one live copy less. */
  private static List<Integer> without(int[] all, int[] owned) {
    var byCopies = new ArrayList<Integer>();
    for (int copies = 0; copies < all.length; copies++) {
      int fallen = copies + 1 < all.length ? owned[copies + 1] : 0;
      byCopies.add(all[copies] - owned[copies] + fallen);
    }
    return Collections.unmodifiableList(byCopies);
  }
}
