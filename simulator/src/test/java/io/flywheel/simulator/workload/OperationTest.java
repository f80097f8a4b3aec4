package io.flywheel.simulator.workload;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Zone;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OperationTest {
  private static final NodeId OWNER = new NodeId(1);
  private static final NodeId OTHER_OWNER = new NodeId(2);
  private static final NodeId STAND_IN = new NodeId(3);

  private final Operation put =
      new History(new ClusterSettings("test", 8, Quorum.majority(3), Limits.DEFAULT, List.of()))
          .put(Key.of("default", "key"), new BitSet(), new BitSet(), 0, 0, null);

  @Test
  void theLastCopyThatAFaultDestroysIsNoLossOfTheStore() {
    held(OWNER);
    held(OTHER_OWNER);
    lost(OWNER);
    assertFalse(put.destroyed());
    lost(OTHER_OWNER);
    assertTrue(put.destroyed());
  }

  @Test
  void whatWasPaidMayBeDroppedEvenIfAFaultTookTheOwnersCopyMeanwhile() {
    held(STAND_IN);
    held(OWNER);
    lost(OWNER);
    dropped(STAND_IN, List.of(OWNER));
    assertTrue(put.destroyed());
  }

  @Test
  void whatWasNotPaidMayNotBeDroppedWhateverBecameOfOtherCopies() {
    held(STAND_IN);
    held(OTHER_OWNER);
    lost(OTHER_OWNER);
    dropped(STAND_IN, List.of(OWNER));
    assertFalse(put.destroyed());
  }

  @Test
  void whatWasPaidToOneOwnerAndNotToTheNextMayNotBeDropped() {
    held(STAND_IN);
    held(OTHER_OWNER);
    lost(OTHER_OWNER);
    dropped(STAND_IN, List.of(OWNER, OTHER_OWNER));
    assertFalse(put.destroyed());
  }

  @Test
  void anOwnerThatThrowsItsCopyAwayIsNotExcused() {
    held(STAND_IN);
    held(OWNER);
    dropped(OWNER, List.of());
    dropped(STAND_IN, List.of(OWNER));
    assertFalse(put.destroyed());
  }

  private void held(NodeId node) {
    put.heldBy((int) node.value(), node, Zone.DEFAULT);
  }

  private void lost(NodeId node) {
    put.lostBy((int) node.value());
  }

  private void dropped(NodeId node, List<NodeId> keptFor) {
    put.releasedBy((int) node.value(), keptFor, true);
  }
}
