package io.flywheel.core.replica;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Siblings;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The operations of one key, from before its record is read until its last store is durable. It
 * remembers two states: {@code current}, with all that was handed over to the disk, on which the
 * next operation builds; and {@code onDisk}, the only one that answers come from.
 */
final class KeyQueue {
  /** While nothing was stored, what is on disk is as old as what is current. */
  static final long AS_CURRENT = -1;

  final Key key;
  final Bytes storageKey;
  final ArrayDeque<Operation> waiting = new ArrayDeque<>(2);
  Siblings current = Siblings.NONE;
  Siblings onDisk = Siblings.NONE;

  /** The label of {@code onDisk}. */
  long onDiskEra = AS_CURRENT;

  /** What {@code current} is made from, where it was just read. */
  @Nullable Bytes record;

  /** Of {@code current}; null until somebody needs it. */
  @Nullable Fingerprint fingerprint;

  /** Whether nobody waits for what is being done to it. */
  boolean patient;

  boolean loaded;
  boolean unreadable;

  /** Whether it is unreadable for good. */
  boolean damaged;

  /** Whom the record is owed to; null until that was read. */
  @Nullable Debts debts;

  boolean loadingDebts;
  int storesPending;
  Journal.@Nullable Pending lastStore;

  KeyQueue(Key key, Bytes storageKey) {
    this.key = key;
    this.storageKey = storageKey;
  }

  /**
   * Before a request is minted, what waits behind it and says that it became a dot elsewhere goes
   * first: it is recognised then, and becomes no second one, which might be newer than what has
   * replaced the first by now.
   */
  void bringForward() {
    if (waiting.size() <= 1
        || !(waiting.getFirst() instanceof Operation.Mint mint)
        || mint.order().id() == null) {
      return;
    }
    var id = mint.order().id();
    for (var rest = waiting.iterator(); rest.hasNext(); ) {
      if (rest.next() instanceof Operation.Merge merge && merge.incoming().applied(id) != null) {
        rest.remove();
        waiting.addFirst(merge);
        return;
      }
    }
  }

  boolean isIdle() {
    return loaded && !loadingDebts && waiting.isEmpty() && storesPending == 0;
  }
}
