package io.flywheel.core.replica;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.Fingerprint;

/** Hears of every change of a record, in the order of the stores. */
@FunctionalInterface
public interface Changes {
  /** {@link Fingerprint#NONE} stands for no record. */
  void changed(Key key, Fingerprint before, Fingerprint after);
}
