package io.flywheel.simulator.world;

/**
 * How well the surroundings work apart from single faults. Small and mutable: the world reads it
 * whenever something happens, and a heal replaces all of it.
 */
public final class Conditions {
  private Pace network;
  private Pace disk;
  private double dropShare;
  private double duplicateShare;
  private double lateShare;

  public Conditions(Pace network, Pace disk) {
    this.network = network;
    this.disk = disk;
  }

  /** Everything works as it should. */
  public static Conditions fair() {
    return new Conditions(new Pace(300, 0, 0), new Pace(200, 0, 0));
  }

  public Pace network() {
    return network;
  }

  public Pace disk() {
    return disk;
  }

  /** Of messages, lost. */
  public double dropShare() {
    return dropShare;
  }

  /** Of messages, delivered twice. */
  public double duplicateShare() {
    return duplicateShare;
  }

  /** Of messages, held back for up to seconds, so that later ones overtake them. */
  public double lateShare() {
    return lateShare;
  }

  public void messages(double drop, double duplicate, double late) {
    dropShare = drop;
    duplicateShare = duplicate;
    lateShare = late;
  }

  public void become(Conditions other) {
    network = other.network;
    disk = other.disk;
    messages(other.dropShare, other.duplicateShare, other.lateShare);
  }
}
