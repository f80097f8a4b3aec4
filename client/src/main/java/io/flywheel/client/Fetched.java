package io.flywheel.client;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * What a key holds: nothing, one value, or several siblings that were written without knowledge of
 * each other and that no write has replaced yet.
 *
 * @param versions the values in no particular order; empty where there is none
 * @param context covers all of them, and a deletion where one is known: a write with it replaces
 *     exactly these. Empty where nothing was ever written
 * @param receipt what the read rests on
 */
public record Fetched<T>(List<Version<T>> versions, String context, ReadReceipt receipt) {
  public Fetched {
    versions = List.copyOf(versions);
  }

  /**
   * One value.
   *
   * @param contentType what its writer called it; empty for a value without a type
   */
  public record Version<T>(T value, String contentType) {}

  public boolean isEmpty() {
    return versions.isEmpty();
  }

  /** Whether there are several values. */
  public boolean hasSiblings() {
    return versions.size() > 1;
  }

  /** All values. */
  public List<T> siblings() {
    return versions.stream().map(Version::value).toList();
  }

  /**
   * The value, for keys that never have siblings: those of a namespace where the last write wins,
   * or that have one writer.
   *
   * @throws NoSuchElementException where there is none
   * @throws IllegalStateException where there are several
   */
  public T value() {
    if (isEmpty()) {
      throw new NoSuchElementException("there is no value");
    }
    if (hasSiblings()) {
      throw new IllegalStateException(
          "there are " + versions.size() + " siblings; merge them, or use siblings()");
    }
    return versions.get(0).value();
  }

  /** All values as one; empty where there is none. Nothing is written. */
  public Optional<T> merged(Merge<T> merge) {
    return siblings().stream().reduce(merge::merge);
  }
}
