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

  /** Every restart is a new actor; nothing is shed before reaping is there. */
  @Test
  void withARestartOfEachReplicaEveryThirdDayAMonthCosts523Bytes() {
    assertEquals(523, overhead(writes(3, 10, 30)));
  }

  /** One write a day, each having read the one before, by replicas in turn. */
  private static Siblings writes(int replicas, int lives, int days) {
    var state = Siblings.NONE;
    for (int day = 0; day < days; day++) {
      long stamp = Timestamp.ofMillis(START_MILLIS + day * DAY_MILLIS);
      long incarnation = 1 + day % replicas + (long) replicas * (day * lives / days);
      var youngest = state.context().vector().youngest(incarnation);
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
