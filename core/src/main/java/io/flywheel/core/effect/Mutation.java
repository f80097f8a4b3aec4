package io.flywheel.core.effect;

import io.flywheel.core.model.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One record to write: a whole new value under a storage key.
 *
 * @param value null where the record is to be removed
 */
public record Mutation(Table table, Bytes storageKey, @Nullable Bytes value) {
  public static Mutation removal(Table table, Bytes storageKey) {
    return new Mutation(table, storageKey, null);
  }

  /** What it takes in memory, about, in bytes. */
  public long bytes() {
    return storageKey.length() + (value == null ? 0L : value.length());
  }
}
