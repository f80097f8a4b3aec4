package io.flywheel.core.handoff;

import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.replica.Debts;
import io.flywheel.core.replica.Records;
import io.flywheel.core.ring.Partition;

/**
 * Counts up, from the disk, what earlier lives of this node owe. Until it is through nobody knows
 * how much room is left for more, or how old the oldest is, so the ledger is closed till then.
 */
final class DebtCount {
  private static final long AGAIN_MILLIS = 500;
  private static final int PAGE_ENTRIES = 256;
  private static final int PAGE_BYTES = 256 << 10;

  private final Scanner scanner;
  private final Schedule schedule;
  private final Records records;
  private final DebtLedger ledger;
  private final Eras eras;
  private final int partitions;

  DebtCount(
      Scanner scanner,
      Schedule schedule,
      Records records,
      DebtLedger ledger,
      Eras eras,
      int partitions) {
    this.scanner = scanner;
    this.schedule = schedule;
    this.records = records;
    this.ledger = ledger;
    this.eras = eras;
    this.partitions = partitions;
  }

  void start(Runnable whenThrough) {
    count(Bytes.EMPTY, whenThrough);
  }

  private void count(Bytes from, Runnable whenThrough) {
    scanner.scan(
        Table.DEBTS,
        from,
        null,
        PAGE_ENTRIES,
        PAGE_BYTES,
        result -> {
          switch (result) {
            case Scanned.Failed _ -> {
              long again = schedule.monotonicMillis() + AGAIN_MILLIS;
              schedule.at(again, _ -> count(from, whenThrough), 0);
            }
            case Scanned.Page page -> {
              page.entries().forEach(this::count);
              var following = page.next();
              if (following != null) {
                count(following, whenThrough);
              } else {
                ledger.open();
                eras.owes(ledger.oldestEra());
                whenThrough.run();
              }
            }
          }
        });
  }

  private void count(Scanned.Entry entry) {
    var key = entry.key();
    if (key != null) {
      var debts = records.debts(key, entry.value());
      ledger.changed(Partition.of(key, partitions), Debts.NONE, debts);
    }
  }
}
