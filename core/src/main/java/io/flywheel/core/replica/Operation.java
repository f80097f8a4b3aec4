package io.flywheel.core.replica;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be asked of one key at one replica. Operations on a key run one after the other. */
sealed interface Operation {
  /** About what it holds in memory while it waits, in bytes. */
  default long bytes() {
    return switch (this) {
      case Read _, Settle _, Owe _, Adopt _, Reap _, Drain _, Release _ -> 0;
      case Merge merge -> merge.incoming().valueBytes();
      case Restore restore -> restore.known().valueBytes();
      case Correct correct ->
          correct.right().stream().mapToLong(sibling -> sibling.value().length()).sum();
      case Mint mint -> mint.order().write().value().length();
    };
  }

  /** Whether what it stores can wait a little to be durable. */
  default boolean isPatient() {
    return switch (this) {
      case Merge merge -> merge.merger().isPatient();
      case Settle _, Adopt _, Reap _, Release _ -> true;
      case Read _, Restore _, Correct _, Mint _, Owe _, Drain _ -> false;
    };
  }

  /** Hand over the state on disk, or the current one once it is there. */
  record Read(boolean withDebts, boolean current, Reader reader) implements Operation {}

  /** Take in what another replica knows. */
  record Merge(Siblings incoming, long era, @Nullable NodeId owner, Merger merger)
      implements Operation {}

  /** Put an unreadable record right with what all other replicas know. */
  record Restore(Siblings known, long era, Merger merger) implements Operation {}

  /** Put the values of writes right of which all replicas hold something else. */
  record Correct(List<Sibling> right) implements Operation {}

  /** Make a put a dot. */
  record Mint(PutOrder order, NodeId owner, Minter minter) implements Operation {}

  /** Remember that these owners miss what this replica holds. */
  record Owe(List<NodeId> owners) implements Operation {}

  /**
   * If nobody is known for whom it is kept here, it is kept for these of its owners.
   *
   * @param missing empty for all of them
   */
  record Adopt(List<NodeId> missing) implements Operation {}

  /** Strike out debts to these owners, if nothing more has come to be owed since. */
  record Settle(long version, List<NodeId> owners) implements Operation {}

  /** Say when everything before this is on disk. */
  record Drain(Runnable whenDurable) implements Operation {}

  /** Forget what is proven to be of no use any more. */
  record Reap(Fingerprint proven, long era, long cutoffMillis) implements Operation {}

  /** Drop a record that is kept for nobody, as its owners have just this state. */
  record Release(Fingerprint confirmed) implements Operation {}
}
