package io.flywheel.core.replica;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import java.util.List;

/**
 * Who owns a key at this moment. While the ring changes these are the owners before and after: a
 * node keeps as its own what it is to own, and what it owned for as long as it may be read there.
 */
public interface Owners {
  /** All that have to have what is written under the key; none before there is a ring. */
  List<NodeId> of(Key key);

  /** Whether this node is one of them. */
  boolean isOwn(Key key);

  /** Whether it is one by one of two rings only, and may be none when the change is over. */
  boolean isOwnForNow(Key key);

  /** Whether it is one by a ring that is to be, and is yet to get what was written before. */
  boolean isFilling(Key key);

  /**
   * Whether this node was one of them until not long ago, so that what it holds is more than what
   * somebody is owed: it goes when all owners are known to have it.
   */
  boolean isFormer(Key key);
}
