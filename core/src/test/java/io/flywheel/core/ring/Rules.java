package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** What holds in every ring, whatever its members and history. */
@NullUnmarked
final class Rules {
  private Rules() {}

  /** Every partition has n replicas on as many nodes, racks and data centres as there can be. */
  static void check(Ring ring) {
    Map<NodeId, Zone> zones = new HashMap<>();
    ring.members().forEach(member -> zones.put(member.id(), member.zone()));
    int racks = new HashSet<>(zones.values()).size();
    int datacenters = distinctDatacenters(zones.values());
    int n = ring.n();
    for (int i = 0; i < ring.partitions(); i++) {
      var replicas = ring.replicas(new Partition(i));
      assertEquals(n, new HashSet<>(replicas).size(), "distinct nodes");
      var on = replicas.stream().map(zones::get).toList();
      assertEquals(Math.min(n, racks), new HashSet<>(on).size(), "distinct racks");
      assertEquals(Math.min(n, datacenters), distinctDatacenters(on), "distinct data centres");
    }
    int held = ring.ownership().values().stream().mapToInt(count -> count).sum();
    assertEquals(ring.partitions() * n, held);
  }

  /** Each member comes first in its share of the lists that it is in: at most one off. */
  static void checkCoordinators(Ring ring) {
    var held = ring.ownership();
    ring.coordinators()
        .forEach(
            (node, led) ->
                assertTrue(
                    Math.abs(led - (double) held.get(node) / ring.n()) < 1,
                    () -> node + " leads " + led + " of its " + held.get(node)));
  }

  private static int distinctDatacenters(Iterable<Zone> zones) {
    var names = new HashSet<String>();
    zones.forEach(zone -> names.add(zone.datacenter()));
    return names.size();
  }
}
