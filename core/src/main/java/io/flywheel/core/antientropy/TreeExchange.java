package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Message.SliceKeysReply;
import io.flywheel.core.message.Message.TreeSumsReply;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When this node begins an {@link Exchange}, and with whom: one at a time, with each other replica
 * that lives in turn, with a pause of chance length after each so that nodes do not fall into step.
 *
 * <p>An operator may ask for all of it now: then it goes on without pauses until every partition
 * has been proven equal to each replica that lives, with longer and longer pauses while nothing
 * more gets proven.
 */
final class TreeExchange {
  private static final long REPAIR_PAUSE_MILLIS = 50;
  private static final long NEVER = Long.MAX_VALUE;

  private final Equipment with;
  private final Supplier<@Nullable Peers> peers;
  private final SplittableRandom random;
  private final long periodMillis;
  private long lastRequest;
  private @Nullable Exchange underWay;
  private @Nullable NodeId lastPeer;
  private int due;

  private long repairSinceMillis = NEVER;
  private boolean repairing;
  private long repairPauseMillis = REPAIR_PAUSE_MILLIS;
  private int repairProven;
  private long sentBeforeRepair;

  TreeExchange(
      Equipment equipment,
      Supplier<@Nullable Peers> peers,
      SplittableRandom random,
      long periodMillis,
      long firstRequest) {
    this.with = equipment;
    this.peers = peers;
    this.random = random;
    this.periodMillis = periodMillis;
    this.lastRequest = firstRequest;
  }

  void start() {
    pause(jittered());
  }

  /** Exchanges with everybody now. */
  void repairNow() {
    repairSinceMillis = now();
    repairing = true;
    repairPauseMillis = REPAIR_PAUSE_MILLIS;
    repairProven = 0;
    sentBeforeRepair = moved();
    pause(0);
  }

  /** What is being compared is not what is shared now. */
  void ringChanged(Peers present) {
    if (underWay != null && underWay.epoch() != present.epoch()) {
      underWay.stop();
    }
  }

  RepairProgress repair() {
    var present = peers.get();
    if (present == null || repairSinceMillis == NEVER) {
      return RepairProgress.NONE;
    }
    return new RepairProgress(
        repairing,
        with.proofs().proven(present, repairSinceMillis),
        present.ownedPartitions().size(),
        moved() - sentBeforeRepair);
  }

  void replied(NodeId from, TreeSumsReply reply) {
    if (underWay != null && underWay.peer().equals(from)) {
      underWay.replied(reply);
    }
  }

  void replied(NodeId from, SliceKeysReply reply) {
    if (underWay != null && underWay.peer().equals(from)) {
      underWay.replied(reply);
    }
  }

  void replied(NodeId from, ReplicaGetReply reply) {
    if (underWay != null && underWay.peer().equals(from)) {
      underWay.replied(reply);
    }
  }

  void replied(NodeId from, ReplicaPutReply reply) {
    if (underWay != null && underWay.peer().equals(from)) {
      underWay.replied(reply);
    }
  }

  /** A later pause takes the place of one that has not ended. */
  private void pause(long millis) {
    int number = ++due;
    with.schedule()
        .at(
            now() + millis,
            _ -> {
              if (number == due && underWay == null) {
                begin();
              }
            },
            0);
  }

  private void begin() {
    var present = peers.get();
    var peer = present == null ? null : next(present);
    if (present == null || peer == null) {
      pause(jittered());
      return;
    }
    lastPeer = peer;
    underWay = new Exchange(with, present, peer, () -> ++lastRequest, this::ended);
    underWay.start();
  }

  private void ended() {
    underWay = null;
    if (!repairing) {
      pause(jittered());
      return;
    }
    int proven = repair().proven();
    if (proven > repairProven) {
      repairProven = proven;
      repairPauseMillis = REPAIR_PAUSE_MILLIS;
    } else {
      repairPauseMillis = Math.min(2 * repairPauseMillis, periodMillis);
    }
    pause(repairPauseMillis);
  }

  /** The other replica whose turn it is; null where none lives. */
  private @Nullable NodeId next(Peers present) {
    var shared = with.shared().of(present);
    var order = new ArrayList<NodeId>(shared.size());
    if (lastPeer != null) {
      order.addAll(shared.tailMap(lastPeer, false).keySet());
      order.addAll(shared.headMap(lastPeer, true).keySet());
    } else {
      order.addAll(shared.keySet());
    }
    order.removeIf(node -> !present.isAlive(node, now()));
    if (repairing) {
      for (NodeId node : order) {
        if (lacksProof(present, node)) {
          return node;
        }
      }
      repairing = false;
    }
    return order.isEmpty() ? null : order.getFirst();
  }

  private boolean lacksProof(Peers present, NodeId node) {
    for (int partition : with.shared().with(present, node)) {
      if (!with.proofs().isEqual(partition, node, repairSinceMillis)) {
        return true;
      }
    }
    return false;
  }

  private long jittered() {
    return periodMillis / 2 + random.nextLong(Math.max(1, periodMillis));
  }

  private long moved() {
    return with.counts().keysSent + with.counts().keysTaken;
  }

  private long now() {
    return with.schedule().monotonicMillis();
  }
}
