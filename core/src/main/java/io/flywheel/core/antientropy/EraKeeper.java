package io.flywheel.core.antientropy;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.EraPace;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.replica.Journal;
import java.util.List;
import java.util.function.BooleanSupplier;

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
  private final EraPace pace;
  private final BooleanSupplier allIsCounted;
  private boolean storing;

  /**
   * One for each life of a node.
   *
   * @param pace when an era has lasted for long enough
   * @param allIsCounted whether nothing is kept here for others that the ledger does not know
   */
  public EraKeeper(
      Eras eras,
      DebtLedger ledger,
      Journal journal,
      Schedule schedule,
      EraPace pace,
      BooleanSupplier allIsCounted) {
    this.eras = eras;
    this.ledger = ledger;
    this.journal = journal;
    this.schedule = schedule;
    this.pace = pace;
    this.allIsCounted = allIsCounted;
  }

  public void start() {
    pace.adopted(schedule.monotonicMillis());
    round();
  }

  private void round() {
    strikeOut();
    advance();
    schedule.at(schedule.monotonicMillis() + ROUND_MILLIS, _ -> round(), 0);
  }

  private void advance() {
    long now = schedule.monotonicMillis();
    if (storing || !eras.knowsDebts() || !pace.isTime(eras, now) || !eras.mayAdvance()) {
      return;
    }
    storing = true;
    pace.adopted(now);
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
   * Says what is settled here only when all that is kept for others has been counted after the
   * start and after every change that left this node with what others own now, and nothing is to
   * come by a change of the ring; and that old debts are paid only when their removal is certainly
   * on disk. Else a crash would bring back a debt whose era is closed, and which nobody takes any
   * more.
   */
  private void strikeOut() {
    long oldest = ledger.oldestEra();
    boolean hasNews = !eras.knowsDebts() || oldest > eras.oldestOwed();
    if (storing || !ledger.isOpen() || !hasNews || !allIsCounted.getAsBoolean()) {
      return;
    }
    storing = true;
    journal
        .storeForCertain(List.of(settled(eras.current(), oldest)))
        .whenDurable(
            () -> {
              storing = false;
              if (allIsCounted.getAsBoolean()) { // the ring may have changed meanwhile
                eras.hasPaid(Math.min(oldest, ledger.oldestEra()));
              }
            });
  }

  private Mutation settled(long era, long oldest) {
    return era(StorageKey.SETTLED_ERA, eras.settledIn(era, oldest));
  }

  private static Mutation era(Bytes storageKey, long era) {
    return new Mutation(Table.METADATA, storageKey, Eras.encode(era));
  }
}
