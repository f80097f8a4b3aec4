package io.flywheel.core.version;

/** One write: the actor that minted it and the stamp it was given. Ordered by stamp, then actor. */
public record Dot(Actor actor, long stamp) implements Comparable<Dot> {
  @Override
  public int compareTo(Dot other) {
    int byStamp = Long.compare(stamp, other.stamp);
    return byStamp != 0 ? byStamp : actor.compareTo(other.actor);
  }

  @Override
  public String toString() {
    return actor + ":" + Long.toHexString(stamp);
  }
}
