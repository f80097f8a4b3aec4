package io.flywheel.core.handoff;

import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.replica.LocalReplica;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a node lends to the transfers of partitions.
 *
 * @param inForce the settings that shape records, as of now
 * @param report for what an operator should know
 */
public record TransferEquipment(
    ClusterSettings settings,
    Supplier<RecordSettings> inForce,
    Scanner scanner,
    Schedule schedule,
    LocalReplica replica,
    DebtLedger ledger,
    Journal journal,
    Eras eras,
    ChangeProgress progress,
    BackgroundBudget background,
    Consumer<String> report) {
  /**
   * However little is in a page: its messages, its syncs and the comparison after it cost as much.
   */
  static final long LEAST_PAGE_BYTES = 32 << 10;

  /** Where clients wait for the same processor and the same disk. */
  private static final long LEAST_WHILE_SERVING_BYTES = 128 << 10;

  /** What to charge for a page of a partition that has so many bytes. */
  long cost(long pageBytes) {
    return Math.max(
        pageBytes, background.isServing() ? LEAST_WHILE_SERVING_BYTES : LEAST_PAGE_BYTES);
  }

  long now() {
    return schedule.monotonicMillis();
  }

  void later(long millis, Runnable action) {
    schedule.at(now() + millis, _ -> action.run(), 0);
  }
}
