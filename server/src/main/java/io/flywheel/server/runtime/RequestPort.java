package io.flywheel.server.runtime;

import io.flywheel.core.model.Key;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.node.Prospect;
import io.flywheel.core.node.RingAnswer;
import io.flywheel.core.node.RingOrder;
import io.flywheel.core.node.Standing;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.server.rocksdb.DiskUse;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way to a node for those who speak to clients and operators, on the loop that owns it. That
 * loop is a lane like others, and the one on which a request is read, coordinated and answered
 * without changing threads.
 */
public interface RequestPort extends Lane {
  @Override
  default <T> void ask(Function<RequestPort, T> question, Consumer<T> answer) {
    answer.accept(question.apply(this));
  }

  /**
   * The newest values that conflicts discarded at this node, of one key or of all. The answer comes
   * on the same thread, except where the node is stopping, when none may come.
   */
  void losers(@Nullable Key key, int most, Consumer<LoserLog.Listing> whenRead);

  /** Has the node compare all it owns with the other replicas now. */
  void repairAll();

  /**
   * Lets a node that belongs to no cluster join the one of its seeds. The answer comes on the same
   * thread, except where the node is stopping, when none may come.
   *
   * @param replaces the name of a dead member whose place it takes, or null
   */
  void join(@Nullable String replaces, Consumer<RingAnswer> answer);

  /** Begins a change of the ring, or undoes it. The answer comes as that of {@link #join}. */
  void changeRing(RingOrder order, Consumer<RingAnswer> answer);

  /** Whether the node belongs to a cluster. */
  Standing standing();

  /** What the node could join, while it belongs to no cluster. */
  Prospect prospect();

  /** How much the node fetches in a second, at the most, while the ring changes. */
  long transferBytesPerSecond();

  /** What the node looks like now. */
  NodeView view();

  /** How full the node's disk is; null where the database cannot tell. */
  @Nullable DiskUse diskUse();
}
