package io.flywheel.core.replica;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import java.util.List;

/** Who owns a key by the ring of this moment. */
public interface Owners {
  /** The key's primaries; none before there is a ring. */
  List<NodeId> of(Key key);

  /** Whether this node is one of them. */
  boolean isOwn(Key key);
}
