package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Forecast.Crowding;
import io.flywheel.core.ring.Forecast.Exposure;
import io.flywheel.core.ring.Forecast.Share;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is foretold of a change is what comes of it. */
class ForecastTest {
  private static final long COPY_BYTES = 1_000;

  private static Forecast forecast(Ring ring, RingChange change, NodeId... down) {
    return Forecast.of(ring, Placement.next(ring, change), List.of(down), partition -> COPY_BYTES);
  }

  private static Share share(Forecast forecast, NodeId node) {
    return forecast.shares().stream().filter(s -> s.node().equals(node)).findFirst().orElseThrow();
  }

  @Test
  void aNewMemberGainsItsShareAndTheOthersNothing() {
    Ring ring = Placement.form(Rings.members(3, 1), 64, 3);
    Forecast forecast = forecast(ring, new RingChange.Add(Rings.member(3, 0)));

    Share newcomer = share(forecast, Rings.node(3));
    assertEquals(new Share(Rings.node(3), 0, 48, 0, 48_000, 0, 48_000), newcomer);
    assertEquals(48_000, newcomer.peakExtraBytes());
    assertEquals(4, forecast.shares().size());
    int lost = 0;
    for (int i = 0; i < 3; i++) {
      Share member = share(forecast, Rings.node(i));
      assertEquals(64, member.copiesBefore());
      assertEquals(0, member.copiesGained());
      assertEquals(0, member.peakExtraBytes(), "what it loses goes only afterwards");
      assertEquals(member.copiesLost() * COPY_BYTES, member.lostBytes());
      lost += member.copiesLost();
    }
    assertEquals(48, lost);
    assertEquals(48, forecast.copiesMoved());
    assertEquals(48, forecast.copiesAtLeast());
    assertEquals(48_000, forecast.fetchedBytes());
    assertEquals(5, forecast.seconds(10_000, 0), "one node fetches it all");
    assertEquals(10, forecast.seconds(10_000, 2 * COPY_BYTES), "little is not for nothing");
  }

  @Test
  void thoseThatStayFetchFromTheOneThatLeavesAllAtTheSameTime() {
    Ring ring = Placement.form(Rings.members(4, 1), 64, 3);
    Forecast forecast = forecast(ring, new RingChange.Remove(Rings.node(3)));

    assertEquals(48, share(forecast, Rings.node(3)).copiesLost());
    assertEquals(48, forecast.copiesMoved());
    assertEquals(48, forecast.copiesAtLeast());
    long most = forecast.shares().stream().mapToLong(Share::fetchedBytes).max().orElseThrow();
    assertTrue(most < 20_000, "each of three takes about a third, not " + most);
    assertEquals(Math.ceilDiv(most, 7), forecast.seconds(7, 0));
  }

  @Test
  void whatADeadNodeHeldIsMergedFromAMajorityOfTheOthers() {
    Ring ring = Placement.form(Rings.members(4, 1), 64, 3);
    NodeId dead = Rings.node(3);
    Forecast forecast = forecast(ring, new RingChange.Remove(dead), dead);
    assertEquals(2 * 48_000, forecast.fetchedBytes());
    assertEquals(
        48_000, forecast.shares().stream().mapToLong(Share::gainedBytes).sum(), "kept only once");
  }

  @Test
  void ofWhatTooFewAreLeftIsCounted() {
    Ring ring = Placement.form(Rings.members(4, 1), 64, 3);
    NodeId one = Rings.node(3);
    NodeId other = Rings.node(2);
    var whole = forecast(ring, new RingChange.Remove(one));
    assertEquals(List.of(0, 0, 0, 64), whole.partitionsByLiving());
    var forecast = forecast(ring, new RingChange.Remove(one), one, other);
    assertEquals(0, forecast.partitionsByLiving().get(0));
    int shared = 0;
    for (int i = 0; i < 64; i++) {
      var owners = ring.replicas(new Partition(i));
      shared += owners.contains(one) && owners.contains(other) ? 1 : 0;
    }
    assertEquals(shared, forecast.partitionsByLiving().get(1));
    assertTrue(shared > 0);
  }

  @Test
  void aReplacementMovesJustWhatTheOldOneHeld() {
    Ring ring = Placement.form(Rings.members(5, 5), 64, 3);
    int held = ring.partitionsOf(Rings.node(4)).size();
    Forecast forecast =
        forecast(ring, new RingChange.Replace(Rings.node(4), Rings.member(5, 4)), Rings.node(4));
    assertEquals(held, forecast.copiesMoved());
    assertEquals(held, forecast.copiesAtLeast());
    assertEquals(held, share(forecast, Rings.node(5)).copiesGained());
    assertEquals(held, share(forecast, Rings.node(4)).copiesLost());
  }

  @Test
  void aMemberThatWeighsMoreGainsFromTheOthers() {
    Ring ring = Placement.form(Rings.members(6, 1), 256, 3);
    Forecast forecast = forecast(ring, new RingChange.Reweigh(Rings.node(0), 2));
    int gained = share(forecast, Rings.node(0)).copiesGained();
    assertTrue(gained > 0);
    assertEquals(gained, forecast.copiesAtLeast());
    assertTrue(forecast.copiesMoved() >= gained);
  }

  @Test
  void whereCopiesAreAddedEachIsFetchedOnceAndWhereTheyAreGivenUpNoneIs() {
    Ring ring = Placement.form(Rings.members(4, 1), 64, 2);
    var more = forecast(ring, new RingChange.Replicate(Replication.spread(4)));
    assertEquals(128, more.copiesAtLeast());
    assertEquals(128, more.copiesMoved());
    assertEquals(128_000, more.fetchedBytes());
    assertEquals(32, share(more, Rings.node(0)).copiesGained());

    var fewer = forecast(ring, new RingChange.Replicate(Replication.spread(1)), Rings.node(0));
    assertEquals(0, fewer.copiesAtLeast());
    int lost = fewer.shares().stream().mapToInt(Share::copiesLost).sum();
    assertEquals(64 + fewer.copiesMoved(), lost);
    assertTrue(fewer.copiesMoved() <= 3, fewer.copiesMoved() + " copies move");
  }

  @Test
  void largePartitionsCountForMore() {
    Ring ring = Placement.form(Rings.members(3, 1), 64, 3);
    Ring next = Placement.next(ring, new RingChange.Add(Rings.member(3, 0)));
    long expected = 0;
    for (Partition partition : next.partitionsOf(Rings.node(3))) {
      expected += partition.index();
    }
    Forecast forecast = Forecast.of(ring, next, List.of(), Partition::index);
    assertEquals(expected, share(forecast, Rings.node(3)).gainedBytes());
  }

  @Test
  void aRackThatWouldHoldAMajorityIsNamed() {
    Ring ring = Placement.form(Rings.onRacks(2, 2, 1), 64, 3);
    Forecast forecast = forecast(ring, new RingChange.Remove(Rings.node(4)));
    List<Crowding> worse = forecast.crowdings().stream().filter(Crowding::isNew).toList();
    assertEquals(
        List.of(Rings.rack(0), Rings.rack(1)), worse.stream().map(Crowding::zone).toList());
    assertFalse(worse.getFirst().whole());
    assertEquals(0, worse.getFirst().before());
    assertEquals(
        64,
        worse.stream().mapToInt(Crowding::after).sum(),
        "three copies on two racks: each partition has a majority in one of them");
  }

  @Test
  void whereEverythingIsInOneRackAnywayThereIsNothingToSay() {
    Ring ring = Placement.form(Rings.members(4, 1), 64, 3);
    assertEquals(List.of(), forecast(ring, new RingChange.Remove(Rings.node(0))).crowdings());
  }

  @Test
  void aLostDataCentreIsForetoldToo() {
    Ring ring =
        Placement.form(
            List.of(
                new RingMember(Rings.node(0), new Zone("a", "r1"), 1),
                new RingMember(Rings.node(1), new Zone("b", "r1"), 1),
                new RingMember(Rings.node(2), new Zone("c", "r1"), 1),
                new RingMember(Rings.node(3), new Zone("c", "r2"), 1)),
            64,
            3);
    Forecast forecast = forecast(ring, new RingChange.Remove(Rings.node(0)));
    assertTrue(
        forecast.crowdings().contains(new Crowding(new Zone("c", ""), true, 0, 64)),
        forecast.crowdings().toString());
  }

  @Test
  void whatWouldBeLeftIfOneMoreFailedIsCounted() {
    Ring ring = Placement.form(Rings.members(3, 1), 64, 3);
    Forecast healthy = forecast(ring, new RingChange.Add(Rings.member(3, 0)));
    assertEquals(3, healthy.exposures().size(), "the newcomer has nothing to lose yet");
    for (Exposure exposure : healthy.exposures()) {
      assertEquals(List.of(0, 0, 64, 0), exposure.partitionsByCopies());
      assertEquals(0, exposure.below(2));
      assertEquals(64, exposure.below(3));
    }

    Ring five = Placement.form(Rings.members(5, 1), 100, 3);
    NodeId dead = Rings.node(4);
    Forecast wounded = forecast(five, new RingChange.Remove(dead), dead);
    assertEquals(4, wounded.exposures().size(), "who is down already cannot fail");
    for (Exposure exposure : wounded.exposures()) {
      int shared = 0;
      for (Partition partition : five.partitionsOf(dead)) {
        shared += five.owns(exposure.failed(), partition) ? 1 : 0;
      }
      assertEquals(shared, exposure.below(2), "both had a copy, one is left");
      assertEquals(100, exposure.below(4));
      assertEquals(0, exposure.below(1));
    }
  }
}
