package io.flywheel.core.version;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.Timestamp;
import org.junit.jupiter.api.Test;

/**
 * What a version costs: bytes of a record beside its value. A change of these figures is a change
 * of the record format.
 */
class VersionSizeTest {
  private static final Key KEY = Key.of("default", "cart:42");
  private static final long DAY_MILLIS = 24L * 60 * 60 * 1000;
  private static final long START_MILLIS = 1_790_000_000_000L;

  @Test
  void aKeyThatWasWrittenOnceCosts30Bytes() {
    assertEquals(30, overhead(writes(1, 1, 1)));
  }

  @Test
  void aKeyThatOneReplicaWritesForAMonthCosts42Bytes() {
    assertEquals(42, overhead(writes(1, 1, 30)));
  }

  @Test
  void aKeyThatThreeReplicasWriteInTurnForAMonthCosts88Bytes() {
    assertEquals(88, overhead(writes(3, 1, 30)));
  }

  /** Every restart is a new actor; this is what it comes to where nothing can be reaped. */
  @Test
  void withARestartOfEachReplicaEveryThirdDayAMonthCosts523Bytes() {
    assertEquals(523, overhead(writes(3, 10, 30)));
  }

  /**
   * A month of a busy key: five nodes mint in turn, two of them as fallbacks, one a minute; each is
   * restarted three times a day; every five minutes a sweep comes past, and what it finds is
   * forgotten three minutes later, where it is still there.
   */
  @Test
  void aMonthOfChurnCostsAtMost306Bytes() {
    int nodes = 5;
    int restartsADay = 3;
    var state = Siblings.NONE;
    var residue = Siblings.NONE;
    long cutoff = 0;
    int most = 0;
    int mostEntries = 0;
    for (int minute = 0; minute < 30 * 24 * 60; minute++) {
      long now = START_MILLIS + minute * 60_000L;
      int life = minute / (24 * 60 / restartsADay);
      long incarnation = minute % nodes + (long) nodes * life;
      var youngest = state.context().vector().youngest(incarnation, 0);
      long stamp = Timestamp.ofMillis(now);
      var dot = new Dot(youngest == null ? new Actor(incarnation, stamp) : youngest, stamp);
      var sibling = Sibling.value(dot, Bytes.utf8("0123456789"), "", 0);
      state = state.put(state.context(), sibling, null, Conflicts.SIBLINGS);
      if (minute % 5 == 0) {
        cutoff = now - 60_000;
        residue = state.residue(cutoff);
      } else if (minute % 5 == 3
          && state.isWorthForgetting(residue)
          && state.residue(cutoff).equals(residue)) {
        state = state.reaped(cutoff);
      }
      most = Math.max(most, overhead(state));
      mostEntries = Math.max(mostEntries, state.context().size());
    }
    assertEquals(450, nodes * restartsADay * 30, "actors");
    assertEquals("14 entries, 306 bytes", mostEntries + " entries, " + most + " bytes");
  }

  /** One write a day, each having read the one before, by replicas in turn. */
  private static Siblings writes(int replicas, int lives, int days) {
    var state = Siblings.NONE;
    for (int day = 0; day < days; day++) {
      long stamp = Timestamp.ofMillis(START_MILLIS + day * DAY_MILLIS);
      long incarnation = 1 + day % replicas + (long) replicas * (day * lives / days);
      var youngest = state.context().vector().youngest(incarnation, 0);
      var dot = new Dot(youngest == null ? new Actor(incarnation, stamp) : youngest, stamp);
      var sibling = Sibling.value(dot, Bytes.utf8("0123456789"), "", 0);
      state = state.put(state.context(), sibling, null, Conflicts.SIBLINGS);
    }
    return state;
  }

  private static int overhead(Siblings state) {
    int value = state.living().getFirst().value().length();
    return SiblingsCodec.encode(KEY, state).length() - value;
  }
}
