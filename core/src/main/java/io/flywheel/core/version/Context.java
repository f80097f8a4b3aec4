package io.flywheel.core.version;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A set of writes: those that a client has read, or that a replica has seen. It is a vector, which
 * covers each actor's dots up to a stamp, and single dots beyond it. The single dots are what keep
 * a put's context honest: a client that wrote without having read its neighbour's sibling covers
 * its own dot, and not the older one of the same actor that it never saw.
 *
 * <p>Always in its shortest form: no single dot that the vector covers. Joining is the union of the
 * two sets, so it is commutative, associative and idempotent.
 */
public record Context(VersionVector vector, List<Dot> dots) {
  public static final Context EMPTY = new Context(VersionVector.EMPTY, List.of());

  /** The most single dots that a client's context carries; older ones are let go. */
  public static final int MAX_CARRIED_DOTS = 32;

  public static Context of(VersionVector vector, Iterable<Dot> singles) {
    TreeSet<Dot> beyond = null;
    for (Dot dot : singles) {
      if (!vector.covers(dot)) {
        beyond = beyond == null ? new TreeSet<>() : beyond;
        beyond.add(dot);
      }
    }
    return new Context(vector, beyond == null ? List.of() : List.copyOf(beyond));
  }

  public boolean isEmpty() {
    return vector.isEmpty() && dots.isEmpty();
  }

  /** Entries of the vector, and single dots. */
  public int size() {
    return vector.size() + dots.size();
  }

  public boolean covers(Dot dot) {
    return vector.covers(dot) || dots.contains(dot);
  }

  boolean covers(Actor actor, long stamp) {
    return stamp <= vector.stamp(actor) || (!dots.isEmpty() && covers(new Dot(actor, stamp)));
  }

  public boolean covers(Context other) {
    if (!vector.covers(other.vector)) {
      return false;
    }
    for (Dot dot : other.dots) {
      if (!covers(dot)) {
        return false;
      }
    }
    return true;
  }

  public Context join(Context other) {
    var joined = vector.join(other.vector);
    if (dots.isEmpty() && other.dots.isEmpty()) {
      return new Context(joined, List.of());
    }
    var singles = new ArrayList<>(dots);
    singles.addAll(other.dots);
    return of(joined, singles);
  }

  /** This set with one more write and none of those before it. */
  public Context withSingle(Dot dot) {
    var singles = new ArrayList<>(dots);
    singles.add(dot);
    return of(vector, singles);
  }

  /** This set with a write and all older ones of its actor. */
  public Context withAllUpTo(Dot dot) {
    return of(vector.with(dot), dots);
  }

  /**
   * This set without its oldest single dots beyond {@value #MAX_CARRIED_DOTS}. A context that
   * covers less is safe: at worst a sibling that a client replaced is seen once more.
   */
  public Context carried() {
    int surplus = dots.size() - MAX_CARRIED_DOTS;
    return surplus <= 0 ? this : new Context(vector, dots.subList(surplus, dots.size()));
  }

  /** The newest stamp in the set, 0 for an empty one. */
  public long newestStamp() {
    long newest = vector.newestStamp();
    return dots.isEmpty() ? newest : Math.max(newest, dots.getLast().stamp());
  }
}
