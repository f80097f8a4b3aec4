package io.flywheel.core.replica;

import io.flywheel.core.version.Siblings;

/** What can be asked of one key at one replica. Operations on a key run one after the other. */
sealed interface Operation {
  /** About what it holds in memory while it waits, in bytes. */
  default long bytes() {
    return switch (this) {
      case Read _ -> 0;
      case Merge merge -> merge.incoming().valueBytes();
      case Restore restore -> restore.known().valueBytes();
      case Mint mint -> mint.order().write().value().length();
    };
  }

  /** Hand over the state on disk. */
  record Read(Reader reader) implements Operation {}

  /** Take in what another replica knows. */
  record Merge(Siblings incoming, Merger merger) implements Operation {}

  /** Put an unreadable record right with what all other replicas know. */
  record Restore(Siblings known, Merger merger) implements Operation {}

  /** Make a put a dot. */
  record Mint(PutOrder order, Minter minter) implements Operation {}
}
