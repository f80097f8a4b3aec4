package io.flywheel.core.version;

import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.model.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All that a replica knows of one key: the values that no write has replaced, and the set of writes
 * that it has seen. This is the dotted version vector set of Almeida, Baquero, Gonçalves, Preguiça
 * and Fonte ('Scalable and Accurate Causality Tracking for Eventually Consistent Stores', 2014).
 *
 * <p>A write that a replica has seen and does not hold was replaced. So of two replicas' siblings
 * those survive that both hold, and those that one holds and the other has never seen; nothing else
 * decides. {@link #merge} is commutative, associative, idempotent and absorbing, and for that it
 * must neither truncate nor cap: bounds belong to admission, before a dot is minted.
 *
 * <p>Last-write-wins is the same set reduced to its newest dot. A mint exceeds every stamp it has
 * seen, so a replaced write is never newer than its successor and the reduction agrees with
 * merging.
 *
 * @param context every write seen
 * @param living what none of them replaced, oldest dot first
 * @param requests the requests remembered, oldest first: those of living siblings and the newest
 *     {@value #REMEMBERED_REQUESTS}
 */
public record Siblings(Context context, List<Sibling> living, AppliedRequests requests) {
  public static final Siblings NONE = new Siblings(Context.EMPTY, List.of(), AppliedRequests.NONE);
  public static final int REMEMBERED_REQUESTS = 32;

  /** Entries of the context beyond the living values' own that are not worth forgetting. */
  public static final int IDLE_ACTORS_KEPT = 6;

  /** Written out: what replicas answer is compared, and most often it is the very same. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Siblings that
            && context.equals(that.context)
            && living.equals(that.living)
            && requests.equals(that.requests));
  }

  @Override
  public int hashCode() {
    return context.hashCode();
  }

  /** One value alone. */
  public static Siblings of(Sibling sibling) {
    return new Siblings(
        Context.EMPTY.withSingle(sibling.dot()), List.of(sibling), AppliedRequests.NONE);
  }

  public boolean isEmpty() {
    return context.isEmpty();
  }

  public Siblings merge(Siblings other, Conflicts conflicts) {
    if (other.isEmpty() || equals(other)) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    var joined = joined(other, conflicts);
    return conflicts == Conflicts.LAST_WRITE_WINS ? joined : joined.withoutReplacedTwins();
  }

  private Siblings joined(Siblings other, Conflicts conflicts) {
    var survivors = new ArrayList<Sibling>(Math.max(living.size(), other.living.size()));
    int mine = 0;
    int theirs = 0;
    while (mine < living.size() || theirs < other.living.size()) {
      int order;
      if (mine == living.size()) {
        order = 1;
      } else if (theirs == other.living.size()) {
        order = -1;
      } else {
        order = living.get(mine).dot().compareTo(other.living.get(theirs).dot());
      }
      if (order == 0) {
        survivors.add(Sibling.either(living.get(mine++), other.living.get(theirs++)));
      } else if (order < 0) {
        addUnlessSeen(survivors, living.get(mine++), other.context);
      } else {
        addUnlessSeen(survivors, other.living.get(theirs++), context);
      }
    }
    var kept = conflicts == Conflicts.LAST_WRITE_WINS ? newestOf(survivors) : survivors;
    return remembering(context.join(other.context), kept, requests, other.requests);
  }

  /**
   * Without dots of requests that also became a newer dot, which was replaced: whoever replaced
   * that replaced all of them. That they are not shown would be over once the newer one is
   * forgotten.
   */
  private Siblings withoutReplacedTwins() {
    if (requests.size() <= 1) {
      return this;
    }
    var left = new ArrayList<>(living);
    boolean removed =
        left.removeIf(
            sibling ->
                isTwin(
                    sibling,
                    twin ->
                        twin.compareTo(sibling.dot()) > 0
                            && context.covers(twin)
                            && !lives(twin, living)));
    return removed ? new Siblings(context, List.copyOf(left), newest(requests, left)) : this;
  }

  /**
   * Whether both hold a write that says something else there than here. No node ever mints a dot
   * twice, so one of the two is not what was written.
   */
  public boolean contradicts(Siblings other) {
    for (Sibling mine : living) {
      for (Sibling theirs : other.living) {
        if (mine.dot().equals(theirs.dot()) && !mine.equals(theirs)) {
          return true;
        }
      }
    }
    return false;
  }

  /** This state with these siblings in the place of those that it holds under the same dots. */
  public Siblings corrected(List<Sibling> right) {
    var values = new ArrayList<>(living);
    values.replaceAll(
        own -> {
          for (Sibling sibling : right) {
            if (sibling.dot().equals(own.dot())) {
              return sibling;
            }
          }
          return own;
        });
    return new Siblings(context, List.copyOf(values), requests);
  }

  /**
   * A write: it replaces what {@code read} covers and stands beside the rest. The caller has minted
   * the sibling's dot with an actor of its own, having seen all of that actor's earlier dots.
   */
  public Siblings put(
      Context read, Sibling written, @Nullable AppliedRequest request, Conflicts conflicts) {
    var survivors = conflicts == Conflicts.SIBLINGS ? unread(read) : new ArrayList<Sibling>(1);
    survivors.add(written);
    survivors.sort((a, b) -> a.dot().compareTo(b.dot()));
    var seen = context.join(read).withAllUpTo(written.dot());
    return remembering(seen, survivors, requests, AppliedRequests.ofNullable(request));
  }

  /**
   * What a put that has read this leaves standing. A dot that a retry made of a request which was
   * read as another dot was read as well.
   */
  public List<Sibling> unread(Context read) {
    var unread = new ArrayList<Sibling>(living.size() + 1);
    for (Sibling sibling : living) {
      if (!read.covers(sibling.dot()) && !isTwin(sibling, read::covers)) {
        unread.add(sibling);
      }
    }
    return unread;
  }

  /**
   * This state without its {@link #residue}. Where no value is left and nothing is recent, nothing
   * is.
   */
  public Siblings reaped(long cutoffMillis) {
    var kept = new ArrayList<Sibling>(living.size());
    for (Sibling sibling : living) {
      if (!isOver(sibling, cutoffMillis)) {
        kept.add(sibling);
      }
    }
    var newest = new ArrayList<Dot>(kept.size());
    for (Dot dot : context.vector().newestDots()) {
      if (isRecent(dot, cutoffMillis) || livesOn(dot.actor(), kept)) {
        newest.add(dot);
      }
    }
    var singles = new ArrayList<Dot>(0);
    kept.forEach(sibling -> singles.add(sibling.dot()));
    for (Dot dot : context.dots()) {
      if (isRecent(dot, cutoffMillis)) {
        singles.add(dot);
      }
    }
    var left = Context.of(VersionVector.upTo(newest), singles);
    var remembered = requests.only(i -> left.covers(requests.actor(i), requests.stamp(i)));
    return new Siblings(left, List.copyOf(kept), remembered);
  }

  /**
   * What is of no use once no older state is left anywhere: tombstones written and values expired
   * before {@code cutoffMillis}, and what is known of actors that wrote nothing since then and that
   * no other living value is from. It stays the same while the key is written, so that it can be
   * proven to be the same everywhere also of a key that never rests.
   *
   * <p>A stamp beyond the cutoff keeps its tombstone, whose successor would otherwise have an older
   * one and lose against it where the last write wins.
   */
  public Siblings residue(long cutoffMillis) {
    var left = reaped(cutoffMillis);
    var over = new ArrayList<>(living);
    over.removeAll(left.living);
    var newest = new ArrayList<>(context.vector().newestDots());
    newest.removeIf(dot -> left.context.vector().stamp(dot.actor()) != Timestamp.NONE);
    var singles = new ArrayList<>(context.dots());
    singles.removeIf(left.context::covers);
    over.forEach(sibling -> singles.add(sibling.dot()));
    var known = Context.of(VersionVector.upTo(newest), singles);
    return new Siblings(known, List.copyOf(over), AppliedRequests.NONE);
  }

  /**
   * Whether this residue is worth proving that it may be forgotten: of a key without a value, of a
   * value that ended, or of many actors. A few are kept, as they may write again.
   */
  public boolean isWorthForgetting(Siblings residue) {
    return !residue.isEmpty()
        && (living.isEmpty()
            || !residue.living.isEmpty()
            || residue.context.size() > IDLE_ACTORS_KEPT);
  }

  private static boolean isOver(Sibling sibling, long cutoffMillis) {
    return !sibling.visibleAt(cutoffMillis) && !isRecent(sibling.dot(), cutoffMillis);
  }

  private static boolean isRecent(Dot dot, long cutoffMillis) {
    return dot.stamp() >= Timestamp.ofMillis(cutoffMillis);
  }

  private static boolean livesOn(Actor actor, List<Sibling> living) {
    for (Sibling sibling : living) {
      if (sibling.dot().actor().equals(actor)) {
        return true;
      }
    }
    return false;
  }

  /** All values together, in bytes. */
  public long valueBytes() {
    long bytes = 0;
    for (Sibling sibling : living) {
      bytes += sibling.value().length();
    }
    return bytes;
  }

  /**
   * The context that answers a put, asked of the siblings before it: what its request covered, and
   * the write itself. The write's actor may be covered as a whole only where the request already
   * covered all of it.
   */
  public Context contextAfterPut(Context read, Dot written) {
    long before = context.vector().stamp(written.actor());
    boolean sawAll = before <= read.vector().stamp(written.actor());
    return (sawAll ? read.withAllUpTo(written) : read.withSingle(written)).carried();
  }

  /** What this request became here, or null. */
  public @Nullable AppliedRequest applied(RequestId id) {
    int index = requests.find(id);
    return index < 0 ? null : requests.get(index);
  }

  /**
   * What a reader is shown: no tombstones, nothing expired, and of the dots that retries of one
   * request became only the newest.
   */
  public List<Sibling> visibleAt(long wallMillis) {
    var visible = new ArrayList<Sibling>(living.size());
    for (Sibling sibling : living) {
      if (sibling.visibleAt(wallMillis) && !retriedLater(sibling)) {
        visible.add(sibling);
      }
    }
    return visible;
  }

  private boolean retriedLater(Sibling sibling) {
    return isTwin(sibling, twin -> twin.compareTo(sibling.dot()) > 0);
  }

  /** Whether the same operation of the same request also became such a dot, living or not. */
  private boolean isTwin(Sibling sibling, Predicate<Dot> such) {
    int own = requests.find(sibling.dot());
    if (own < 0) {
      return false;
    }
    for (int i = 0; i < requests.size(); i++) {
      if (requests.areTwins(i, own)
          && !requests.isOf(i, sibling.dot())
          && such.test(requests.dot(i))) {
        return true;
      }
    }
    return false;
  }

  private static void addUnlessSeen(List<Sibling> survivors, Sibling sibling, Context seen) {
    if (!seen.covers(sibling.dot())) {
      survivors.add(sibling);
    }
  }

  private static List<Sibling> newestOf(List<Sibling> survivors) {
    return survivors.size() <= 1 ? survivors : List.of(survivors.getLast());
  }

  private static Siblings remembering(
      Context context, List<Sibling> living, AppliedRequests some, AppliedRequests others) {
    return new Siblings(context, List.copyOf(living), newest(some.union(others), living));
  }

  /** Those of living siblings, and the newest. */
  private static AppliedRequests newest(AppliedRequests all, List<Sibling> living) {
    int surplus = all.size() - REMEMBERED_REQUESTS;
    return surplus <= 0 ? all : all.only(i -> i >= surplus || lives(all.dot(i), living));
  }

  private static boolean lives(Dot dot, List<Sibling> living) {
    for (Sibling sibling : living) {
      if (sibling.dot().equals(dot)) {
        return true;
      }
    }
    return false;
  }
}
