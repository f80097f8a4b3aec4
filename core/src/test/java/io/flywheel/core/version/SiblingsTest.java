package io.flywheel.core.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.model.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The laws of dotted version vector sets, and the stories that they are there for. */
class SiblingsTest {
  private static final Actor LEFT = new Actor(1, 10);
  private static final Actor RIGHT = new Actor(2, 10);

  @ParameterizedTest
  @EnumSource(Conflicts.class)
  void mergeIsCommutativeAssociativeIdempotentAndAbsorbing(Conflicts conflicts) {
    for (long seed = 0; seed < 3_000; seed++) {
      var states = new Generator(seed, conflicts).replicas(3, 24);
      var a = states.get(0);
      var b = states.get(1);
      var c = states.get(2);
      var ab = a.merge(b, conflicts);
      assertEquals(ab, b.merge(a, conflicts), "commutative, seed " + seed);
      assertEquals(
          ab.merge(c, conflicts),
          a.merge(b.merge(c, conflicts), conflicts),
          "associative, seed " + seed);
      assertEquals(a, a.merge(a, conflicts), "idempotent, seed " + seed);
      assertEquals(ab, ab.merge(a, conflicts), "absorbing, seed " + seed);
      assertEquals(ab, b.merge(ab, conflicts), "absorbing, seed " + seed);
      assertTrue(ab.context().covers(a.context()), "nothing seen is forgotten, seed " + seed);
    }
  }

  @ParameterizedTest
  @EnumSource(Conflicts.class)
  void everyStateSurvivesItsEncodingAndEqualStatesHaveEqualBytes(Conflicts conflicts)
      throws Exception {
    var key = Key.of("default", "cart:42");
    for (long seed = 0; seed < 1_000; seed++) {
      var states = new Generator(seed, conflicts).replicas(3, 24);
      var ab = states.get(0).merge(states.get(1), conflicts);
      var ba = states.get(1).merge(states.get(0), conflicts);
      var bytes = SiblingsCodec.encode(key, ab);
      assertEquals(bytes, SiblingsCodec.encode(key, ba), "canonical, seed " + seed);
      assertEquals(ab, SiblingsCodec.decode(key, bytes), "seed " + seed);
    }
  }

  /**
   * A value decayed under its dot and nothing noticed: replicas must come to agree all the same.
   */
  @ParameterizedTest
  @EnumSource(Conflicts.class)
  void mergeKeepsItsLawsWhereOneDotHasTwoValues(Conflicts conflicts) {
    for (long seed = 0; seed < 3_000; seed++) {
      var generator = new Generator(seed, conflicts);
      var states = generator.replicas(3, 24);
      var a = generator.decayed(states.get(0));
      var b = generator.decayed(states.get(1));
      var c = generator.decayed(states.get(2));
      var ab = a.merge(b, conflicts);
      assertEquals(ab, b.merge(a, conflicts), "commutative, seed " + seed);
      assertEquals(
          ab.merge(c, conflicts),
          a.merge(b.merge(c, conflicts), conflicts),
          "associative, seed " + seed);
      assertEquals(ab, ab.merge(a, conflicts), "absorbing, seed " + seed);
      assertEquals(ab, b.merge(ab, conflicts), "absorbing, seed " + seed);
    }
  }

  @Test
  void oneWriteWithTwoValuesIsAContradiction() {
    var dot = new Dot(LEFT, 10);
    var written = Siblings.of(Sibling.value(dot, Bytes.utf8("v"), "", 0));
    var decayed = Siblings.of(Sibling.value(dot, Bytes.utf8("w"), "", 0));
    assertTrue(written.contradicts(decayed));
    assertFalse(written.contradicts(written));
    assertFalse(written.contradicts(put(Siblings.NONE, Context.EMPTY, new Dot(RIGHT, 10))));
  }

  @Test
  void aPutRemovesExactlyWhatItsContextCovers() {
    for (long seed = 0; seed < 1_000; seed++) {
      var states = new Generator(seed, Conflicts.SIBLINGS).replicas(3, 24);
      var state = states.get(0);
      var read = states.get(1).context();
      var dot = new Dot(new Actor(99, 1_000_000), 1_000_000);
      var after =
          state.put(read, Sibling.value(dot, Bytes.utf8("x"), "", 0), null, Conflicts.SIBLINGS);
      var expected = new ArrayList<Sibling>();
      for (Sibling sibling : state.living()) {
        if (!read.covers(sibling.dot())) {
          expected.add(sibling);
        }
      }
      var survivors = new ArrayList<>(after.living());
      survivors.removeIf(sibling -> sibling.dot().equals(dot));
      assertEquals(expected, survivors, "seed " + seed);
    }
  }

  /** Two clients that interleave, each with the context of its own last put, keep two siblings. */
  @Test
  void interleavedClientsDoNotMakeSiblingsExplode() {
    var state = Siblings.NONE;
    var contexts = new ArrayList<>(List.of(Context.EMPTY, Context.EMPTY));
    for (int i = 0; i < 100; i++) {
      var dot = new Dot(LEFT, 10 + i);
      var read = contexts.get(i % 2);
      contexts.set(i % 2, state.contextAfterPut(read, dot));
      state = put(state, read, dot);
    }
    assertEquals(2, state.living().size());
  }

  @Test
  void aPutsContextDoesNotCoverASiblingThatItsClientNeverRead() {
    var first = put(Siblings.NONE, Context.EMPTY, new Dot(LEFT, 10));
    var secondDot = new Dot(LEFT, 11);
    var own = first.contextAfterPut(Context.EMPTY, secondDot);
    var both = put(first, Context.EMPTY, secondDot);
    assertTrue(own.covers(secondDot));
    var third = put(both, own, new Dot(LEFT, 12));
    assertEquals(
        List.of(new Dot(LEFT, 10), new Dot(LEFT, 12)),
        third.living().stream().map(Sibling::dot).toList());
  }

  @Test
  void aBlindPutReplacesNothing() {
    var one = put(Siblings.NONE, Context.EMPTY, new Dot(LEFT, 10));
    var two = put(one, Context.EMPTY, new Dot(RIGHT, 11));
    assertEquals(2, two.living().size());
  }

  @Test
  void lastWriteWinsKeepsTheNewestOfBothSides() {
    var left = put(Siblings.NONE, Context.EMPTY, new Dot(LEFT, 10));
    var right = put(Siblings.NONE, Context.EMPTY, new Dot(RIGHT, 11));
    var merged = left.merge(right, Conflicts.LAST_WRITE_WINS);
    assertEquals(List.of(new Dot(RIGHT, 11)), merged.living().stream().map(Sibling::dot).toList());
    assertEquals(merged, merged.merge(left, Conflicts.LAST_WRITE_WINS));
  }

  @Test
  void expiredValuesAndTombstonesAreNotShown() {
    var dot = new Dot(LEFT, 10);
    var state =
        Siblings.NONE.put(
            Context.EMPTY,
            Sibling.value(dot, Bytes.utf8("short"), "", 5_000),
            null,
            Conflicts.SIBLINGS);
    assertEquals(1, state.visibleAt(4_999).size());
    assertEquals(0, state.visibleAt(5_000).size());
    var deleted =
        state.put(state.context(), Sibling.tombstone(new Dot(LEFT, 11)), null, Conflicts.SIBLINGS);
    assertEquals(0, deleted.visibleAt(0).size());
    assertEquals(1, deleted.living().size());
  }

  /** A retry through another coordinator became a second dot; a reader sees one value. */
  @Test
  void twoDotsOfOneRequestAreShownOnce() {
    var id = new RequestId(1, 2);
    var left = put(Siblings.NONE, new Dot(LEFT, 10), new AppliedRequest(id, 5, new Dot(LEFT, 10)));
    var right =
        put(Siblings.NONE, new Dot(RIGHT, 12), new AppliedRequest(id, 5, new Dot(RIGHT, 12)));
    var merged = left.merge(right, Conflicts.SIBLINGS);
    assertEquals(2, merged.living().size());
    assertEquals(
        List.of(new Dot(RIGHT, 12)), merged.visibleAt(0).stream().map(Sibling::dot).toList());
  }

  /** The retry was read and replaced; the first try, hidden until then, must not come up again. */
  @Test
  void replacingARetriedWriteReplacesAllItsDots() {
    var id = new RequestId(1, 2);
    var left = put(Siblings.NONE, new Dot(LEFT, 10), new AppliedRequest(id, 5, new Dot(LEFT, 10)));
    var right =
        put(Siblings.NONE, new Dot(RIGHT, 12), new AppliedRequest(id, 5, new Dot(RIGHT, 12)));
    var merged = left.merge(right, Conflicts.SIBLINGS);
    var replaced = put(merged, right.context(), new Dot(RIGHT, 20));
    assertEquals(
        List.of(new Dot(RIGHT, 20)), replaced.living().stream().map(Sibling::dot).toList());
    var replacedBeforeTheFirstTryCame =
        put(right, right.context(), new Dot(RIGHT, 20)).merge(left, Conflicts.SIBLINGS);
    assertEquals(
        List.of(new Dot(RIGHT, 20)),
        replacedBeforeTheFirstTryCame.visibleAt(0).stream().map(Sibling::dot).toList());
  }

  /** The same, and the retry and what has replaced it are forgotten by then. */
  @Test
  void theFirstTryOfARetriedWriteStaysReplacedWhenTheRetryIsForgotten() {
    var id = new RequestId(1, 2);
    var first = new Dot(LEFT, Timestamp.ofMillis(1_010));
    var second = new Dot(RIGHT, Timestamp.ofMillis(1_012));
    var deletion = Sibling.tombstone(new Dot(RIGHT, Timestamp.ofMillis(1_020)));
    var left = put(Siblings.NONE, first, new AppliedRequest(id, 5, first));
    var right = put(Siblings.NONE, second, new AppliedRequest(id, 5, second));
    var deleted =
        right
            .put(right.context(), deletion, null, Conflicts.SIBLINGS)
            .merge(left, Conflicts.SIBLINGS);
    assertEquals(List.of(deletion), deleted.living());
    var reaped = deleted.reaped(1_000_000);
    assertEquals(List.of(), reaped.living());
    assertEquals(
        List.of(),
        reaped.merge(left, Conflicts.SIBLINGS).merge(deleted, Conflicts.SIBLINGS).visibleAt(0));
  }

  @Test
  void theNewestRequestsAndThoseOfLivingSiblingsAreRemembered() {
    var first = new AppliedRequest(new RequestId(0, 1), 5, new Dot(RIGHT, 10));
    var state = put(Siblings.NONE, first.dot(), first);
    var covered = Context.EMPTY;
    for (int i = 0; i < 100; i++) {
      var dot = new Dot(LEFT, 20 + i);
      var after =
          state.put(
              covered,
              Sibling.value(dot, Bytes.utf8("x"), "", 0),
              new AppliedRequest(new RequestId(1, i), 5, dot),
              Conflicts.SIBLINGS);
      covered = covered.withSingle(dot);
      state = after;
    }
    assertNotNull(state.applied(first.id()), "its sibling lives");
    assertNotNull(state.applied(new RequestId(1, 99)));
    assertNull(state.applied(new RequestId(1, 3)));
    assertEquals(Siblings.REMEMBERED_REQUESTS + 1, state.requests().size());
  }

  @Test
  void mergingRemembersTheNewestRequestsOfBothSidesInTheirOrder() {
    var left = Siblings.NONE;
    var right = Siblings.NONE;
    for (long stamp = 100; stamp < 160; stamp += 2) {
      left = replace(left, new Dot(LEFT, stamp));
      right = replace(right, new Dot(RIGHT, stamp + 1));
    }
    var both = left.merge(right, Conflicts.LAST_WRITE_WINS);
    assertEquals(
        LongStream.range(160 - Siblings.REMEMBERED_REQUESTS, 160).boxed().toList(),
        both.requests().stream().map(request -> request.dot().stamp()).toList());
    assertEquals(both, right.merge(left, Conflicts.LAST_WRITE_WINS));
    assertEquals(both, both.merge(left, Conflicts.LAST_WRITE_WINS));
    assertEquals(both, right.merge(both, Conflicts.LAST_WRITE_WINS));
  }

  private static Siblings replace(Siblings state, Dot dot) {
    return state.put(
        state.context(),
        Sibling.value(dot, Bytes.utf8("v"), "", 0),
        new AppliedRequest(new RequestId(1, dot.stamp()), 5, dot),
        Conflicts.LAST_WRITE_WINS);
  }

  private static Siblings put(Siblings state, Context read, Dot dot) {
    return state.put(read, Sibling.value(dot, Bytes.utf8("v"), "", 0), null, Conflicts.SIBLINGS);
  }

  private static Siblings put(Siblings state, Dot dot, AppliedRequest request) {
    return state.put(
        Context.EMPTY, Sibling.value(dot, Bytes.utf8("v"), "", 0), request, Conflicts.SIBLINGS);
  }
}
