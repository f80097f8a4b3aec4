package io.flywheel.client;

/**
 * Makes one value of two that were written without knowledge of each other.
 *
 * <p>Different clients meet the same siblings in different orders, and some of them twice. All end
 * with the same value if the merge does not mind: {@code merge(a, b)} equals {@code merge(b, a)},
 * grouping does not matter, and {@code merge(a, a)} equals {@code a}. {@link Merges} has some.
 */
@FunctionalInterface
public interface Merge<T> {
  T merge(T one, T other);
}
