package io.flywheel.core.antientropy;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.replica.Journal;
import java.util.List;

/**
 * Takes this member from era to era: to the next one when everybody has come to the present one and
 * it has lasted long enough, or somebody has begun the next. An era counts when it is on disk, with
 * everything that was stored in the one before.
 */
public final class EraKeeper {
  private static final long ROUND_MILLIS = 1_000;

  private final Eras eras;
  private final DebtLedger ledger;
  private final Journal journal;
  private final Schedule schedule;
  private final long eraMillis;
  private long adoptedMillis;
  private boolean storing;

  /** {@code eraMillis}: how long an era lasts at the least. */
  public EraKeeper(
      Eras eras, DebtLedger ledger, Journal journal, Schedule schedule, long eraMillis) {
    this.eras = eras;
    this.ledger = ledger;
    this.journal = journal;
    this.schedule = schedule;
    this.eraMillis = eraMillis;
  }

  public void start() {
    adoptedMillis = schedule.monotonicMillis();
    round();
  }

  private void round() {
    strikeOut();
    advance();
    long next = schedule.monotonicMillis() + Math.min(ROUND_MILLIS, eraMillis);
    schedule.at(next, _ -> round(), 0);
  }

  private void advance() {
    boolean isTime = schedule.monotonicMillis() - adoptedMillis >= eraMillis;
    if (storing || !ledger.isOpen() || !(isTime || eras.isBehind()) || !eras.mayAdvance()) {
      return;
    }
    storing = true;
    adoptedMillis = schedule.monotonicMillis();
    long next = eras.current() + 1;
    journal
        .storeForCertain(List.of(era(StorageKey.ERA, next), settled(next, eras.oldestOwed())))
        .whenDurable(
            () -> {
              storing = false;
              eras.adopted(next);
            });
  }

  /**
   * Says that old debts are paid only when their removal is certainly on disk. Else a crash would
   * bring back a debt whose era is closed, and which nobody takes any more.
   */
  private void strikeOut() {
    long oldest = ledger.oldestEra();
    if (storing || !ledger.isOpen() || oldest <= eras.oldestOwed()) {
      return;
    }
    storing = true;
    journal
        .storeForCertain(List.of(settled(eras.current(), oldest)))
        .whenDurable(
            () -> {
              storing = false;
              eras.hasPaid(Math.min(oldest, ledger.oldestEra()));
            });
  }

  private Mutation settled(long era, long oldest) {
    return era(StorageKey.SETTLED_ERA, eras.settledIn(era, oldest));
  }

  private static Mutation era(Bytes storageKey, long era) {
    return new Mutation(Table.METADATA, storageKey, Eras.encode(era));
  }
}
