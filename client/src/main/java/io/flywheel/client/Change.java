package io.flywheel.client;

import org.jspecify.annotations.Nullable;

/**
 * What an update does to a value. It may be called several times for one update, each time with a
 * value that was read anew and that nobody else holds.
 */
@FunctionalInterface
public interface Change<T> {
  /**
   * What the value is to be.
   *
   * @param value the siblings merged; null where there is no value
   */
  T apply(@Nullable T value);
}
