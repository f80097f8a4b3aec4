package io.flywheel.core.model;

/** Where a node stands: replicas are spread over racks, and over data centres where asked to. */
public record Zone(String datacenter, String rack) implements Comparable<Zone> {
  public static final Zone DEFAULT = new Zone("dc1", "r1");

  @Override
  public int compareTo(Zone other) {
    int byDatacenter = datacenter.compareTo(other.datacenter);
    return byDatacenter != 0 ? byDatacenter : rack.compareTo(other.rack);
  }

  @Override
  public String toString() {
    return datacenter + "/" + rack;
  }
}
