package io.flywheel.core.effect;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a scan found. */
public sealed interface Scanned {
  /** One record of a table. */
  record Entry(Bytes storageKey, Bytes value) {
    /** Null where no key lies: nobody can ask for it. */
    public @Nullable Key key() {
      try {
        return StorageKey.keyOf(storageKey);
      } catch (MalformedException e) {
        return null;
      }
    }
  }

  /**
   * Records in the order of their storage keys.
   *
   * @param next where the following page begins; null where the range has ended
   */
  record Page(List<Entry> entries, @Nullable Bytes next) implements Scanned {}

  /** The storage could not read the range. That says nothing about what is in it. */
  record Failed(String reason) implements Scanned {}
}
