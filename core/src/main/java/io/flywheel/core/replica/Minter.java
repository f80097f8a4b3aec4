package io.flywheel.core.replica;

import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.version.Context;

/** Hears what became of a put: minted and then durable, or one of the other two. */
public interface Minter {
  /**
   * The put has a dot and its store was handed over, so it will be on disk or the process stops.
   *
   * @param record the key's whole state with it, encoded
   * @param era the label of that state
   * @param context what the client may be told that it covers
   * @param tellOnlyWhenDurable whether the others may hear of it only from {@link #durable} on
   */
  void minted(Bytes record, long era, Context context, boolean tellOnlyWhenDurable);

  void durable();

  /** Nothing was minted. */
  void refused(Outcome outcome);

  /** Nothing was minted: the record here cannot be read, so it must not be built upon. */
  void unreadable();
}
