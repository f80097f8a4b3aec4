package io.flywheel.benchmarks;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.util.Random;

/** States as they are in a cluster under load: values of 1,000 bytes, written by three replicas. */
final class Samples {
  static final Key KEY = Key.of("lww", "user6284781860667377211");
  static final Bytes VALUE = randomBytes(1_000);
  static final Bytes SECRET = randomBytes(32);

  private static final long FIRST_STAMP = 1_790_000_000_000L << 16;

  private Samples() {}

  private static Bytes randomBytes(int count) {
    var bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  static Sibling sibling(int actor, int number) {
    long incarnation = 0x123456_0000000000L + actor;
    var dot = new Dot(new Actor(incarnation, FIRST_STAMP), FIRST_STAMP + number);
    return Sibling.value(dot, VALUE, "", Sibling.NEVER);
  }

  /** After so many writes by three replicas in turn, each of which replaced the one before. */
  static Siblings afterWrites(int count) {
    var state = Siblings.NONE;
    for (int number = 1; number <= count; number++) {
      state = state.put(state.context(), sibling(number % 3, number), null, Conflicts.SIBLINGS);
    }
    return state;
  }

  /** Two values that did not know of each other. */
  static Siblings concurrent() {
    var state = afterWrites(9);
    Context seen = state.context();
    return state
        .put(seen, sibling(0, 10), null, Conflicts.SIBLINGS)
        .put(seen, sibling(1, 11), null, Conflicts.SIBLINGS);
  }
}
