package io.flywheel.cli.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.AppliedRequests;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import io.flywheel.core.version.VersionVector;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against figures that were worked out by hand. */
final class CapacityPlanTest {
  private static final double TERA = 1e12;
  private static final double YEAR = 31_536_000;

  /** Values of 100 bytes, which their records double; three puts in four requests are gets. */
  private static final Demand DEMAND = new Demand(100, 1_000, 0.75, 3, 2, 2);

  /** 50 MB/s, ten years, an hour. */
  private static final Machines MACHINES = new Machines(TERA, 50e6, 10 * YEAR, 3_600);

  private static final CapacityPlan PLAN = CapacityPlan.holding(TERA, DEMAND, MACHINES);

  @Test
  void aTerabyteTakesNineNodesWithATerabyteEach() {
    assertEquals(6e12, PLAN.rawBytes(), 1);
    // 900 GB but for 4 GiB: 6e12 x 1.1655 / 895,705,032,704 = 7.807
    assertEquals(895_705_032_704.0, PLAN.usableBytes(), 1);
    assertEquals(7.807, PLAN.fullNodes(), 0.001);
    assertEquals(9, PLAN.nodes());
    assertTrue(PLAN.fits());
    assertEquals(1e10, PLAN.keys(), 1);
    assertEquals(6e12 * 1.1655 / 9 / TERA, PLAN.diskUse(), 1e-9);
  }

  @Test
  void askedTheOtherWayRoundTheSameNodesHoldNoLess() {
    var filled = CapacityPlan.filling(9, DEMAND, MACHINES);
    assertEquals(8, filled.fullNodes(), 1e-9);
    assertEquals(TERA * 8 / 7.80724, filled.dataBytes(), 1e7);
    assertTrue(filled.fits());
    assertFalse(new CapacityPlan(TERA, 8, DEMAND, MACHINES).fits());
  }

  @Test
  void thereAreAtLeastAsManyNodesAsCopies() {
    assertEquals(3, CapacityPlan.holding(1_000, DEMAND, MACHINES).nodes());
    assertFalse(CapacityPlan.holding(1_000, DEMAND, MACHINES).canLoseOne());
    var refusal =
        assertThrows(
            IllegalArgumentException.class, () -> new CapacityPlan(TERA, 2, DEMAND, MACHINES));
    assertEquals("3 copies need 3 nodes, not 2", refusal.getMessage());
  }

  @Test
  void aPartitionIsAShareOfOneCopy() {
    assertEquals(4096.0 / 9, PLAN.partitionsPerNode(), 1e-9);
    assertEquals(4096.0 / 3, PLAN.copiesPerNode(), 1e-9);
    assertEquals(2e12 / 4096, PLAN.partitionBytes(), 1);
  }

  /** 250 puts and 750 gets: a put to two others, a get to one, and an answer to each. */
  @Test
  void everyReplicaOfAPutIsToldAndReplies() {
    assertEquals(250 * 4 + 750 * 2, PLAN.directMessagesPerSecond(), 1e-9);
    // Two of three requests come to a node that is no replica.
    assertEquals(
        250 * (4 + 2.0 * 2 / 3) + 750 * (2 + 2.0 * 2 / 3), PLAN.forwardedMessagesPerSecond(), 1e-9);
    assertEquals(1_250 * (100 + 200), PLAN.networkBytesPerSecond(), 1e-9);
  }

  /** 667 GB on each node: the first level has 0.27 GB, so there are four. */
  @Test
  void whatIsWrittenPassesThroughFourLevels() {
    assertEquals(4, PLAN.levels());
    assertEquals(22, PLAN.writeAmplification(), 1e-9);
    assertEquals(250 * 3 * 200 * 22 / 9.0, PLAN.diskWrittenBytesPerSecond(), 1e-6);
    assertEquals((250 * 3 + 750 * 2) / 9.0, PLAN.recordReadsPerSecond(), 1e-9);
    assertEquals(0.03325 + 0.06225, PLAN.processors(), 1e-9);
  }

  @Test
  void manyRebuildFasterThanOne() {
    assertEquals(171, PLAN.copiesTakenOver(), 1e-9); // 1365.3 copies for 8 nodes
    assertEquals(1_669.92, PLAN.removeSeconds(), 0.01); // 171 x 488.28 MB at 50 MB/s
    assertEquals(13_333.3, PLAN.replaceSeconds(), 0.1);
    assertEquals(5_269.92, PLAN.exposedSeconds(), 0.01);
  }

  /** Of 9 nodes 36 pairs and 84 triples, all of which share one of 4,096 partitions. */
  @Test
  void aQuorumIsLostMoreOftenThanAllCopies() {
    assertEquals(2, PLAN.lossesOfQuorum());
    assertEquals(36, PLAN.sharingSets(2), 1e-9);
    assertEquals(84, PLAN.sharingSets(3), 1e-9);
    // 5,269.92 s of ten years are 1.67108e-5: 36 x 2 / 10 x that, and 84 x 3 / 10 x that squared
    assertEquals(1.2031e-4, PLAN.yearlyProbability(2), 1e-8);
    assertEquals(7.037e-9, PLAN.yearlyProbability(3), 1e-12);
  }

  /** Few partitions on many nodes: not every pair shares one. */
  @Test
  void onlyNodesThatShareAPartitionMatter() {
    var large = CapacityPlan.filling(1_000, DEMAND, MACHINES);
    assertEquals(65_536 * 3, large.sharingSets(2), 1e-9);
    assertEquals(65_536, large.sharingSets(3), 1e-9);
  }

  @Test
  void oneCopyIsLostWithItsNode() {
    var single = new Demand(100, 0, 0.5, 1, 1, 1);
    var plan = CapacityPlan.filling(10, single, MACHINES);
    assertEquals(1, plan.lossesOfQuorum());
    assertEquals(1 - Math.exp(-1), plan.yearlyProbability(1), 1e-9); // ten nodes, ten years
  }

  @Test
  void moreThanARingCanHaveIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> CapacityPlan.holding(1e18, DEMAND, MACHINES));
  }

  /** A key of 16 bytes that three replicas have coordinated, written with a request id. */
  @Test
  void aRecordTakesAsMuchMoreAsIsCounted() {
    var key = new Key("default", Bytes.utf8("0123456789abcdef"));
    long stamp = 1_790_000_000_000_000L;
    var vector = VersionVector.EMPTY;
    var dot = new Dot(new Actor(1, stamp), stamp);
    for (int actor = 1; actor <= 2; actor++) {
      dot = new Dot(new Actor(actor, stamp), stamp + 1_000_000);
      vector = vector.with(dot);
    }
    var siblings =
        new Siblings(
            Context.of(vector, List.of()),
            List.of(Sibling.value(dot, Bytes.wrap(new byte[1_000]), "", Sibling.NEVER)),
            AppliedRequests.of(List.of(new AppliedRequest(new RequestId(1, 2), 3, dot))));
    int length =
        StorageKey.ofRecord(key).length() + SiblingsCodec.encode(key, siblings).length() - 1_000;
    assertEquals(CapacityPlan.RECORD_BYTES, length, 25);
  }
}
