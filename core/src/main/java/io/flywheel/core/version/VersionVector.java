package io.flywheel.core.version;

import io.flywheel.core.model.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * For each actor the newest stamp seen. An entry says 'every dot of this actor up to here', which
 * is what makes it small and what makes it false once a replica loses data: {@link Actor} is built
 * so that no actor outlives such a loss.
 *
 * <p>Immutable; two arrays sorted by actor, so that joining is a merge of sorted runs. There are as
 * many entries as lives of replicas that wrote the key: a handful.
 */
public final class VersionVector {
  public static final VersionVector EMPTY = new VersionVector(new Actor[0], new long[0]);

  private final Actor[] actors;
  private final long[] stamps;

  private VersionVector(Actor[] actors, long[] stamps) {
    this.actors = actors;
    this.stamps = stamps;
  }

  /** The vector that covers exactly up to the newest of {@code dots} for each of their actors. */
  public static VersionVector upTo(Collection<Dot> dots) {
    var newest = new TreeMap<Actor, Dot>();
    dots.forEach(dot -> newest.merge(dot.actor(), dot, VersionVector::newer));
    return ofAscending(new ArrayList<>(newest.values()));
  }

  /** The vector of these dots, one of each actor, in the order of their actors. */
  static VersionVector ofAscending(List<Dot> dots) {
    if (dots.isEmpty()) {
      return EMPTY;
    }
    var actors = new Actor[dots.size()];
    var stamps = new long[dots.size()];
    for (int i = 0; i < actors.length; i++) {
      actors[i] = dots.get(i).actor();
      stamps[i] = dots.get(i).stamp();
    }
    return new VersionVector(actors, stamps);
  }

  public int size() {
    return actors.length;
  }

  public boolean isEmpty() {
    return actors.length == 0;
  }

  /** The actors, ascending. */
  List<Actor> actors() {
    return List.of(actors);
  }

  /** The newest stamp seen of {@code actor}, {@link Timestamp#NONE} for none. */
  public long stamp(Actor actor) {
    int index = Arrays.binarySearch(actors, actor);
    return index < 0 ? Timestamp.NONE : stamps[index];
  }

  public boolean covers(Dot dot) {
    return dot.stamp() <= stamp(dot.actor());
  }

  public boolean covers(VersionVector other) {
    for (int i = 0; i < other.actors.length; i++) {
      if (other.stamps[i] > stamp(other.actors[i])) {
        return false;
      }
    }
    return true;
  }

  /** The newest stamp of all, {@link Timestamp#NONE} for an empty vector. */
  public long newestStamp() {
    long newest = Timestamp.NONE;
    for (long stamp : stamps) {
      newest = Math.max(newest, stamp);
    }
    return newest;
  }

  /** The actor of {@code incarnation} that was born last, after that stamp; or null. */
  public @Nullable Actor youngest(long incarnation, long bornAfter) {
    for (int i = actors.length - 1; i >= 0; i--) {
      if (actors[i].incarnation() == incarnation) {
        return actors[i].birth() > bornAfter ? actors[i] : null;
      }
    }
    return null;
  }

  private static Dot newer(Dot one, Dot other) {
    return one.stamp() >= other.stamp() ? one : other;
  }

  /** The newest dot of each actor. */
  public List<Dot> newestDots() {
    var dots = new ArrayList<Dot>(actors.length);
    for (int i = 0; i < actors.length; i++) {
      dots.add(new Dot(actors[i], stamps[i]));
    }
    return dots;
  }

  /** This vector, covering everything of the dot's actor up to the dot. */
  public VersionVector with(Dot dot) {
    int index = Arrays.binarySearch(actors, dot.actor());
    if (index >= 0) {
      if (stamps[index] >= dot.stamp()) {
        return this;
      }
      long[] advanced = stamps.clone();
      advanced[index] = dot.stamp();
      return new VersionVector(actors, advanced);
    }
    return join(new VersionVector(new Actor[] {dot.actor()}, new long[] {dot.stamp()}));
  }

  /** What either has seen. */
  public VersionVector join(VersionVector other) {
    if (other.covers(this)) {
      return other;
    }
    if (covers(other)) {
      return this;
    }
    var joinedActors = new Actor[actors.length + other.actors.length];
    var joinedStamps = new long[joinedActors.length];
    int mine = 0;
    int theirs = 0;
    int size = 0;
    while (mine < actors.length || theirs < other.actors.length) {
      int order;
      if (mine == actors.length) {
        order = 1;
      } else if (theirs == other.actors.length) {
        order = -1;
      } else {
        order = actors[mine].compareTo(other.actors[theirs]);
      }
      joinedActors[size] = order <= 0 ? actors[mine] : other.actors[theirs];
      long stamp = order <= 0 ? stamps[mine++] : Timestamp.NONE;
      joinedStamps[size++] = order >= 0 ? Math.max(stamp, other.stamps[theirs++]) : stamp;
    }
    return new VersionVector(Arrays.copyOf(joinedActors, size), Arrays.copyOf(joinedStamps, size));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VersionVector that
        && Arrays.equals(stamps, that.stamps)
        && Arrays.equals(actors, that.actors);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(stamps);
  }

  @Override
  public String toString() {
    return newestDots().toString();
  }
}
