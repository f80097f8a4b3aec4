package io.flywheel.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Memory is asked as long as it is likely to know. */
final class MemoryLoadsTest {
  private static final Bytes KEY = Bytes.utf8("key");
  private static final Loaded FOUND = new Loaded.Value(Bytes.utf8("value"));
  private static final int MANY = 100 * MemoryLoads.ASKED_ANYWAY;

  private @Nullable Loaded known;
  private int asked;
  private final MemoryLoads loads =
      new MemoryLoads(
          (_, _) -> {
            asked++;
            return known;
          });

  @Test
  void memoryThatKnowsIsAskedEachTime() {
    known = FOUND;
    assertEquals(MANY, found(Table.DATA, MANY));
  }

  @Test
  void memoryThatDoesNotKnowIsSoonAskedNowAndThenOnly() {
    assertEquals(0, found(Table.DATA, MANY));
    asked = 0;
    assertEquals(0, found(Table.DATA, MANY));
    assertEquals(100, asked);
  }

  @Test
  void memoryThatKnowsAgainIsSoonAskedEachTime() {
    assertEquals(0, found(Table.DATA, MANY));
    known = FOUND;
    assertTrue(found(Table.DATA, MANY) > MANY / 2);
    assertEquals(MANY, found(Table.DATA, MANY));
  }

  @Test
  void memoryThatKnowsHalfIsAskedEachTime() {
    for (int i = 0; i < MANY; i++) {
      known = i % 2 == 0 ? FOUND : null;
      var _ = loads.load(Table.DATA, KEY);
    }
    assertEquals(MANY, asked);
  }

  @Test
  void otherTablesAreAskedForAllTheSame() {
    assertEquals(0, found(Table.DATA, MANY));
    known = FOUND;
    assertEquals(3, found(Table.DEBTS, 3));
  }

  private int found(Table table, int times) {
    int found = 0;
    for (int i = 0; i < times; i++) {
      found += loads.load(table, KEY) == null ? 0 : 1;
    }
    return found;
  }
}
