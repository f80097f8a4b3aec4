package io.flywheel.core.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * How many copies there are of each key, and where: {@code n} of them spread over all racks and
 * data centres, or a number of its own in each of some data centres.
 *
 * @param n in all
 * @param byDatacenter how many in each data centre that has any; empty where only n counts
 */
public record Replication(int n, SortedMap<String, Integer> byDatacenter) {
  public Replication {
    if (n < 1) {
      throw new IllegalArgumentException("n must be at least 1, not " + n);
    }
    byDatacenter = Collections.unmodifiableSortedMap(new TreeMap<>(byDatacenter));
    int sum = 0;
    for (int copies : byDatacenter.values()) {
      if (copies < 1) {
        throw new IllegalArgumentException("a data centre with " + copies + " copies");
      }
      sum += copies;
    }
    if (!byDatacenter.isEmpty() && sum != n) {
      throw new IllegalArgumentException(byDatacenter + " are " + sum + " copies, not " + n);
    }
  }

  /** So many copies, wherever there is room. */
  public static Replication spread(int n) {
    return new Replication(n, Collections.emptySortedMap());
  }

  /** So many copies in each of these data centres. */
  public static Replication of(Map<String, Integer> byDatacenter) {
    int n = byDatacenter.values().stream().mapToInt(copies -> copies).sum();
    return new Replication(n, new TreeMap<>(byDatacenter));
  }

  /** Whether data centres have numbers of their own. */
  public boolean isByDatacenter() {
    return !byDatacenter.isEmpty();
  }

  public void write(ByteWriter out) {
    out.varint(byDatacenter.size());
    byDatacenter.forEach((name, copies) -> out.text(name).varint(copies));
  }

  /** As it is configured. */
  @Override
  public String toString() {
    var text = new StringJoiner(", ", "{", "}");
    byDatacenter.forEach((name, copies) -> text.add(name + ": " + copies));
    return isByDatacenter() ? text.toString() : "{n: " + n + "}";
  }
}
