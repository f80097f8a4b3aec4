package io.flywheel.core.replica;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.Siblings;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The operations of one key, from before its record is read until its last store is durable. It
 * remembers two states: {@code current}, with all that was handed over to the disk, on which the
 * next operation builds; and {@code onDisk}, the only one that answers come from.
 */
final class KeyQueue {
  final Key key;
  final ArrayDeque<Operation> waiting = new ArrayDeque<>(2);
  Siblings current = Siblings.NONE;
  Siblings onDisk = Siblings.NONE;
  boolean loaded;
  boolean unreadable;

  /** Whether it is unreadable for good. */
  boolean damaged;

  int storesPending;
  Journal.@Nullable Pending lastStore;

  KeyQueue(Key key) {
    this.key = key;
  }

  boolean isIdle() {
    return loaded && waiting.isEmpty() && storesPending == 0;
  }
}
