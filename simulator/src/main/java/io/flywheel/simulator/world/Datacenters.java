package io.flywheel.simulator.world;

import io.flywheel.core.model.Zone;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Several data centres, and the way between them.
 *
 * @param machines how many stand in each
 * @param wayMicros how much longer a message takes from one to another than inside
 * @param isCalm whether nothing else happens than that they are cut off from each other
 */
public record Datacenters(List<Integer> machines, long wayMicros, boolean isCalm) {
  /** Where a machine stands, one data centre after the other. */
  public Zone zone(int machine, int racks) {
    int left = machine;
    int datacenter = 0;
    while (left >= machines.get(datacenter)) {
      left -= machines.get(datacenter);
      datacenter++;
    }
    return new Zone(name(datacenter), "r" + (left % racks + 1));
  }

  public int all() {
    return machines.stream().mapToInt(there -> there).sum();
  }

  /** As many copies in each as there are machines, but so many at most. */
  public Map<String, Integer> copies(int most) {
    var copies = new TreeMap<String, Integer>();
    for (int i = 0; i < machines.size(); i++) {
      copies.put(name(i), Math.min(most, machines.get(i)));
    }
    return copies;
  }

  private static String name(int datacenter) {
    return "dc" + (datacenter + 1);
  }

  /** So many data centres with so many machines each. */
  public static Datacenters alike(int count, int machines, long wayMicros, boolean isCalm) {
    return new Datacenters(Collections.nCopies(count, machines), wayMicros, isCalm);
  }

  @Override
  public String toString() {
    return "data centres of " + machines + " " + wayMicros / 1000 + " ms apart";
  }
}
