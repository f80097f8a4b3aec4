package io.flywheel.core.version;

import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.RequestId;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The requests that a key remembers, oldest first. Immutable and packed: there are up to 32 in a
 * busy record, nobody looks at most of them, and as objects of their own they were most of what the
 * garbage collector had to trace.
 */
public final class AppliedRequests extends AbstractList<AppliedRequest> implements RandomAccess {
  public static final AppliedRequests NONE = new AppliedRequests(new Actor[0], new long[0]);

  private static final int WORDS = 4;
  private static final int STAMP = 0;
  private static final int HIGH = 1;
  private static final int LOW = 2;
  private static final int DIGEST = 3;

  private final Actor[] actors;
  private final long[] words;

  private AppliedRequests(Actor[] actors, long[] words) {
    this.actors = actors;
    this.words = words;
  }

  /** These, which are in order. */
  public static AppliedRequests of(Collection<AppliedRequest> ascending) {
    var all = new Builder(ascending.size());
    ascending.forEach(request -> all.add(request.dot(), request.id(), request.operationDigest()));
    return all.build();
  }

  static AppliedRequests ofNullable(@Nullable AppliedRequest request) {
    return request == null ? NONE : of(List.of(request));
  }

  @Override
  public int size() {
    return actors.length;
  }

  @Override
  public AppliedRequest get(int index) {
    var id = new RequestId(word(index, HIGH), word(index, LOW));
    return new AppliedRequest(id, digest(index), dot(index));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AppliedRequests that
        ? Arrays.equals(words, that.words) && Arrays.equals(actors, that.actors)
        : super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  Dot dot(int index) {
    return new Dot(actor(index), stamp(index));
  }

  Actor actor(int index) {
    return actors[index];
  }

  long stamp(int index) {
    return word(index, STAMP);
  }

  long digest(int index) {
    return word(index, DIGEST);
  }

  boolean isOf(int index, Dot dot) {
    return stamp(index) == dot.stamp() && actor(index).equals(dot.actor());
  }

  boolean isOf(int index, RequestId id) {
    return word(index, LOW) == id.low() && word(index, HIGH) == id.high();
  }

  /** Whether both are the same operation of the same request. */
  boolean areTwins(int one, int other) {
    return word(one, HIGH) == word(other, HIGH)
        && word(one, LOW) == word(other, LOW)
        && digest(one) == digest(other);
  }

  /** Where the one with this dot is, the newest such; negative where there is none. */
  int find(Dot dot) {
    int index = size() - 1; // it is most often the newest
    while (index >= 0 && !isOf(index, dot)) {
      index--;
    }
    return index;
  }

  /** Where this request is, the newest such; negative where it is not. */
  int find(RequestId id) {
    int index = size() - 1;
    while (index >= 0 && !isOf(index, id)) {
      index--;
    }
    return index;
  }

  void writeIdAndDigest(int index, ByteWriter out) {
    out.i64(word(index, HIGH)).i64(word(index, LOW)).i64(digest(index));
  }

  AppliedRequests only(IntPredicate kept) {
    var some = new Builder(size());
    for (int i = 0; i < size(); i++) {
      if (kept.test(i)) {
        some.add(this, i);
      }
    }
    return some.size == size() ? this : some.build();
  }

  /** Those of both; most often one of them has all. */
  AppliedRequests union(AppliedRequests other) {
    if (other.isEmpty()) {
      return this;
    }
    var all = new Builder(size() + other.size());
    int mine = 0;
    int theirs = 0;
    while (mine < size() && theirs < other.size()) {
      int order = compare(mine, other, theirs);
      if (order <= 0) {
        all.add(this, mine++);
        theirs += order == 0 ? 1 : 0;
      } else {
        all.add(other, theirs++);
      }
    }
    all.addFrom(this, mine);
    all.addFrom(other, theirs);
    if (all.size == size()) {
      return this;
    }
    return all.size == other.size() ? other : all.build();
  }

  /** As {@link AppliedRequest#compareTo}. */
  private int compare(int mine, AppliedRequests other, int theirs) {
    int order = Long.compare(stamp(mine), other.stamp(theirs));
    if (order == 0 && !actor(mine).equals(other.actor(theirs))) {
      return actor(mine).compareTo(other.actor(theirs));
    }
    for (int word = HIGH; word < WORDS && order == 0; word++) {
      order = Long.compare(word(mine, word), other.word(theirs, word));
    }
    return order;
  }

  private long word(int index, int which) {
    return words[index * WORDS + which];
  }

  /** Gathers them one after the other, the oldest first. */
  static final class Builder {
    private final Actor[] actors;
    private final long[] words;
    private int size;

    /** For {@code most} at the most. */
    Builder(int most) {
      actors = new Actor[most];
      words = new long[most * WORDS];
    }

    void add(Dot dot, RequestId id, long digest) {
      add(dot.actor(), dot.stamp(), id.high(), id.low(), digest);
    }

    /** Whether it comes after the one before it, as it must. */
    boolean add(Actor actor, long stamp, long high, long low, long digest) {
      actors[size] = actor;
      int at = size * WORDS;
      words[at + STAMP] = stamp;
      words[at + HIGH] = high;
      words[at + LOW] = low;
      words[at + DIGEST] = digest;
      size++;
      if (size == 1 || words[at - WORDS + STAMP] < stamp) {
        return true;
      }
      var all = new AppliedRequests(actors, words);
      return all.compare(size - 2, all, size - 1) < 0;
    }

    private void add(AppliedRequests from, int index) {
      actors[size] = from.actors[index];
      System.arraycopy(from.words, index * WORDS, words, size * WORDS, WORDS);
      size++;
    }

    private void addFrom(AppliedRequests from, int first) {
      int count = from.size() - first;
      System.arraycopy(from.actors, first, actors, size, count);
      System.arraycopy(from.words, first * WORDS, words, size * WORDS, count * WORDS);
      size += count;
    }

    AppliedRequests build() {
      if (size == actors.length) {
        return size == 0 ? NONE : new AppliedRequests(actors, words);
      }
      return new AppliedRequests(Arrays.copyOf(actors, size), Arrays.copyOf(words, size * WORDS));
    }
  }
}
