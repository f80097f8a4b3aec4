package io.flywheel.core.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Claim;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small rules that gossip is made of. */
class GossipRulesTest {
  private static final NodeId MEMBER = new NodeId(7);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 12, 13, 14, 100, 1_000})
  void everyMemberIsWatchedByADozenAtMostAndByThoseThatItWatches(int size) {
    var members = new ArrayList<NodeId>();
    for (int i = 1; i <= size; i++) {
      members.add(new NodeId(i * 0x9e3779b97f4a7c15L));
    }
    var lists = new TreeMap<NodeId, SortedSet<NodeId>>();
    members.forEach(member -> lists.put(member, WatchList.of(member, members, _ -> true)));
    lists.forEach(
        (member, watched) -> {
          assertEquals(Math.min(WatchList.MOST, size - 1), watched.size());
          assertFalse(watched.contains(member));
          watched.forEach(other -> assertTrue(lists.getOrDefault(other, watched).contains(member)));
        });
  }

  /** The first data centre has a third of the members, then half, then nearly all. */
  @ParameterizedTest
  @ValueSource(ints = {3, 2, 50})
  void mostOfThoseWhoWatchAMemberStandWhereItDoes(int part) {
    var first = new TreeSet<NodeId>();
    var members = new ArrayList<NodeId>();
    for (int i = 1; i <= 100; i++) {
      var member = new NodeId(i * 0x9e3779b97f4a7c15L);
      members.add(member);
      if (part == 50 ? i > 2 : i % part == 0) {
        first.add(member);
      }
    }
    var lists = new TreeMap<NodeId, SortedSet<NodeId>>();
    for (NodeId member : members) {
      lists.put(
          member,
          WatchList.of(member, members, other -> first.contains(other) == first.contains(member)));
    }
    lists.forEach(
        (member, watched) -> {
          assertTrue(watched.size() <= WatchList.MOST);
          assertTrue(watched.size() >= 5);
          watched.forEach(other -> assertTrue(lists.getOrDefault(other, watched).contains(member)));
          long far =
              watched.stream().filter(it -> first.contains(it) != first.contains(member)).count();
          assertTrue(far <= 4, () -> member + " watches far away " + far);
        });
    assertTrue(
        first.stream().anyMatch(it -> !first.containsAll(lists.getOrDefault(it, first))),
        "somebody watches over there");
  }

  @Test
  void aRumourIsToldSoManyTimesAndTheNewestFirst() {
    var rumours = new Rumours();
    var old = new NodeId(1);
    var fresh = new NodeId(2);
    rumours.add(old, false);
    assertEquals(List.of(old), rumours.next(1, 1, 3));
    rumours.add(fresh, false);
    assertEquals(List.of(fresh), rumours.next(1, 1, 3));
    int told = 2;
    while (!rumours.next(1, 1, 3).isEmpty()) {
      told++;
    }
    assertEquals(2 * Rumours.timesTold(3), told);
  }

  @Test
  void whatMattersIsToldBeforeAnyFlood() {
    var rumours = new Rumours();
    var urgent = new NodeId(1);
    rumours.add(urgent, true);
    for (long i = 2; i < 50; i++) {
      rumours.add(new NodeId(i), false);
    }
    for (int i = 0; i < 2 * Rumours.timesTold(10); i++) {
      assertEquals(urgent, rumours.next(3, 3, 10).getFirst());
    }
    assertFalse(rumours.next(3, 3, 10).contains(urgent), "told often enough");
  }

  @Test
  void aFloodOfWhatIsNotUrgentGetsLittleRoom() {
    var rumours = new Rumours();
    for (long i = 1; i < 50; i++) {
      rumours.add(new NodeId(i), i % 10 == 0);
    }
    assertEquals(4 + 6, rumours.next(24, 6, 10).size());
  }

  @Test
  void ofTooMuchThatIsNotUrgentTheNewestIsTold() {
    var rumours = new Rumours();
    for (long i = 0; i < 1_000; i++) {
      rumours.add(new NodeId(i), false);
    }
    var told = new TreeSet<NodeId>();
    int messages = 0;
    for (var next = rumours.next(6, 6, 3); !next.isEmpty(); next = rumours.next(6, 6, 3)) {
      told.addAll(next);
      messages++;
    }
    assertEquals(Rumours.MOST_COMMON, told.size());
    assertEquals(new NodeId(1_000 - Rumours.MOST_COMMON), told.getFirst());
    assertTrue(messages <= 1 + Rumours.MOST_COMMON * Rumours.timesTold(3) / 6, messages + "");
  }

  /** Adoptions times tellings, for each second of an era: as many in every large cluster. */
  @ParameterizedTest
  @CsvSource({"3,30000", "10,30000", "34,30000", "100,100000", "1000,1375000"})
  void anEraLastsLongEnoughToTellOfAllWhoAdoptIt(int members, long millis) {
    assertEquals(millis, EraPace.millis(30_000, members));
    assertTrue(1000L * members * Rumours.timesTold(members) <= 8 * millis);
  }

  @Test
  void whereThereAreManyAnEraIsAdoptedByOneAfterTheOther() {
    var eras = Eras.fresh();
    var others = new ArrayList<NodeId>();
    for (long i = 1; i < 1_000; i++) {
      others.add(new NodeId(i));
    }
    eras.expect(others, 1);
    var random = new SplittableRandom(1);
    var paces = new ArrayList<EraPace>();
    for (int i = 0; i < 1_000; i++) {
      paces.add(new EraPace(30_000, random.split()));
      paces.getLast().adopted(0);
      assertFalse(paces.getLast().isTime(eras, 200_000));
    }
    eras.heard(new NodeId(1), 2, 1, 1);
    paces.forEach(pace -> pace.isTime(eras, 200_000));
    long half = (1_375_000 - 30_000) / 2;
    long followed = paces.stream().filter(pace -> pace.isTime(eras, 200_000 + half)).count();
    assertTrue(followed > 440 && followed < 560, followed + " of 1,000");
    paces.forEach(pace -> assertTrue(pace.isTime(eras, 1_375_000)));
  }

  @Test
  void newsOfTheSameMemberReplaceTheOldAndAreToldAsOftenAgain() {
    var rumours = new Rumours();
    rumours.add(MEMBER, false);
    for (int i = 1; i < Rumours.timesTold(10); i++) {
      assertEquals(List.of(MEMBER), rumours.next(5, 5, 10));
    }
    rumours.add(MEMBER, false);
    int told = 0;
    while (!rumours.next(5, 5, 10).isEmpty()) {
      told++;
    }
    assertEquals(Rumours.timesTold(10), told);
  }

  @ParameterizedTest
  @CsvSource({"3,3", "10,5", "100,8", "1000,11"})
  void rumoursAreToldAboutLogarithmicallyOften(int members, int times) {
    assertEquals(times, Rumours.timesTold(members));
  }

  @Test
  void aWindowOfMembersGoesAroundTheEnd() {
    var states = new MemberStates();
    for (long i : new long[] {5, 1, 3, 9, 7}) {
      states.expect(new NodeId(i));
    }
    var ids = states.from(new NodeId(6), 4).stream().map(state -> state.member().value()).toList();
    assertEquals(List.of(7L, 9L, 1L, 3L), ids);
    assertEquals(new NodeId(5), states.after(new NodeId(6), 4));
    assertEquals(5, states.from(new NodeId(0), 50).size());
    states.merge(new MemberState(Claim.of(new NodeId(7), 1, 1, 1, 0, 1, 0), Verdict.ALIVE));
    assertEquals(new NodeId(9), states.nextUnknown(new NodeId(6)));
    for (long i : new long[] {5, 1, 3, 9}) {
      states.merge(new MemberState(Claim.of(new NodeId(i), 1, 1, 1, 0, 1, 0), Verdict.ALIVE));
    }
    assertEquals(new NodeId(6), states.nextUnknown(new NodeId(6)), "none is left");
  }

  /** Trap 41, in a table: known is start 3, era 5; this node is in era 5. */
  @ParameterizedTest
  @CsvSource({
    "3, 3, 5, 4, 1, ''",
    "4, 1, 6, 5, 1, ''",
    "4, 1, 7, 5, 1, ''",
    "4, 1, 8, 5, 1, era 8 while this node is in era 5",
    "4, 1, 5, 5, 1, era 5 with 5 settled",
    "4, 1, 0, 0, 1, era 0 with 0 settled",
    "4, 1, 5, -1, 1, era 5 with -1 settled",
    "4, 1, 4, 3, 1, back in era 4 after 5",
    "0, 1, 5, 4, 1, a start or a version that cannot be",
    "4, 0, 5, 4, 1, a start or a version that cannot be",
    "9999999, 1, 5, 4, 1, start 9999999 after 3",
    "4, 1, 5, 4, -1, ring epoch -1",
  })
  void whatCannotBeIsRefused(
      long generation, long version, long era, long settled, long epoch, String objection) {
    var known = Claim.of(MEMBER, 3, 2, 5, 4, 1, 0);
    var claim = Claim.of(MEMBER, generation, version, era, settled, epoch, 0);
    assertEquals(objection, Plausibility.objection(claim, known, 5));
  }

  /** Lifeguard: each sign that it is rather us raises the bar, and time lowers it again. */
  @Test
  void whoDoubtsItselfNeedsMoreToAccuseOthers() {
    var wellness = new Wellness();
    assertEquals(1, wellness.bar(0));
    wellness.paused(1_000);
    assertEquals(3, wellness.bar(1_000));
    assertEquals(Claim.PAUSED, wellness.flags(5_000));
    wellness.unheard(1_500);
    assertEquals(4, wellness.bar(1_500));
    for (int i = 0; i < 20; i++) {
      wellness.unheard(2_000);
    }
    assertEquals(8, wellness.bar(2_000), "bounded");
    wellness.storing(3_000, 3_000);
    assertEquals(Claim.PAUSED | Claim.SLOW_DISK, wellness.flags(3_000));
    assertEquals(1, wellness.bar(60_000));
    assertEquals(0, wellness.flags(60_000));
  }

  @ParameterizedTest
  @CsvSource({"3,1,6000", "10,1,8000", "100,1,11000", "1000,1,14000", "10,3,24000"})
  void aSuspectHasTheTimeToObject(int members, int bar, long millis) {
    assertEquals(millis, Inquiries.suspicionMillis(members, bar));
  }
}
