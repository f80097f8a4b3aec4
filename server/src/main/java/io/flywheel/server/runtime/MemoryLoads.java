package io.flywheel.server.runtime;

import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Asks the database's own memory for a record, which spares a change of threads where it knows.
 * Where there are many times as many records as memory holds it hardly ever does, and the question
 * is a fourth of what a get costs the loop then: so it asks for every sixteenth alone, until
 * answers come again.
 *
 * <p>On the loop's thread.
 */
final class MemoryLoads {
  /** Asks without waiting for the disk; null where memory does not know. */
  @FunctionalInterface
  interface Memory {
    @Nullable Loaded load(Table table, Bytes storageKey);
  }

  static final int ASKED_ANYWAY = 16;

  private static final double WORTH_ASKING = 0.25;
  private static final double WEIGHT = 1.0 / 64;

  private final Memory memory;
  private double answered = 1; // the share, of late
  private int passedOver;

  MemoryLoads(Memory memory) {
    this.memory = memory;
  }

  /** Null where the disk has to be asked. */
  @Nullable Loaded load(Table table, Bytes storageKey) {
    if (table != Table.DATA) {
      return memory.load(table, storageKey); // the other tables are small
    }
    if (answered < WORTH_ASKING && ++passedOver < ASKED_ANYWAY) {
      return null;
    }
    passedOver = 0;
    var answer = memory.load(table, storageKey);
    answered += ((answer == null ? 0 : 1) - answered) * WEIGHT;
    return answer;
  }
}
