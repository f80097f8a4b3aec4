package io.flywheel.client;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Merges that do not mind in which order, or how often, they meet the same siblings. */
public final class Merges {
  private Merges() {}

  /** All elements of both. What one side removed comes back where the other still has it. */
  public static <E> Merge<Set<E>> union() {
    return (one, other) -> {
      var all = new LinkedHashSet<>(one);
      all.addAll(other);
      return all;
    };
  }

  /** All keys of both; where both have a key, its values are merged. */
  public static <K, V> Merge<Map<K, V>> union(Merge<V> values) {
    return (one, other) -> {
      var all = new LinkedHashMap<>(one);
      other.forEach((key, value) -> all.merge(key, value, values::merge));
      return all;
    };
  }

  /**
   * The one that was written later, by a time that the values carry. Of two with the same time the
   * first is taken, so let it be fine enough to differ, or compare more by {@link
   * #maximum(Comparator)}.
   */
  public static <T, C extends Comparable<? super C>> Merge<T> newest(Function<T, C> time) {
    return maximum(Comparator.comparing(time));
  }

  /** The larger one. */
  public static <T extends Comparable<? super T>> Merge<T> maximum() {
    return maximum(Comparator.naturalOrder());
  }

  /** The larger one. */
  public static <T> Merge<T> maximum(Comparator<? super T> order) {
    return (one, other) -> order.compare(one, other) >= 0 ? one : other;
  }
}
