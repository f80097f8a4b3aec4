package io.flywheel.core.effect;

import io.flywheel.core.model.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a scan found. */
public sealed interface Scanned {
  /** One record of a table. */
  record Entry(Bytes storageKey, Bytes value) {}

  /**
   * Records in the order of their storage keys.
   *
   * @param next where the following page begins; null where the range has ended
   */
  record Page(List<Entry> entries, @Nullable Bytes next) implements Scanned {}

  /** The storage could not read the range. That says nothing about what is in it. */
  record Failed(String reason) implements Scanned {}
}
