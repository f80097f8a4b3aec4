package io.flywheel.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Now;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Siblings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is urgent, and what the others do not count for. */
final class JournalTest {
  private static final long WALL = 1_700_000_000_000L;
  private static final List<Mutation> MUTATIONS =
      List.of(new Mutation(Table.DATA, Bytes.utf8("key"), Bytes.utf8("value")));

  private final Outbox outbox = new Outbox();
  private final Schedule schedule = new Schedule(new Now(WALL, 0));
  private final Journal journal = new Journal(outbox, schedule);
  private final List<String> durable = new ArrayList<>();
  private long nowMillis;
  private long lastTicket;

  @Test
  void theDiskIsToldWhatIsUrgent() {
    journal.store(MUTATIONS);
    journal.storeForCertain(MUTATIONS);
    journal.storePatiently(MUTATIONS);
    journal.storePatientlyForCertain(MUTATIONS);
    assertEquals(
        List.of(
            new Effect.Store(1, MUTATIONS, false, true),
            new Effect.Store(2, MUTATIONS, true, true),
            new Effect.Store(3, MUTATIONS, false, false),
            new Effect.Store(4, MUTATIONS, true, false)),
        outbox.drain());
  }

  @Test
  void theNextThatIsDurableSpeaksForAllBeforeIt() {
    journal.storePatiently(MUTATIONS).whenDurable(() -> durable.add("patient"));
    schedule.advance(new Now(WALL + 15, 15));
    journal.store(MUTATIONS).whenDurable(() -> durable.add("urgent"));
    assertEquals(15, journal.oldestMillis());
    journal.stored(2);
    assertEquals(List.of("patient", "urgent"), durable);
    assertEquals(0, journal.oldestMillis());
    assertEquals(0, journal.pendingBytes());
  }

  @Test
  void whatWaitsBecauseItMayIsNoSignOfASlowDisk() {
    take(1, () -> journal.store(MUTATIONS));
    take(20, () -> journal.storePatiently(MUTATIONS));
    assertFalse(journal.isSlowerThanUsual());
    take(20, () -> journal.store(MUTATIONS));
    assertTrue(journal.isSlowerThanUsual());
  }

  @Test
  void whatNobodyWaitsForCanWait() {
    assertFalse(merge(Merger.NOBODY).isPatient());
    assertTrue(merge(new Background()).isPatient());
    assertTrue(new Operation.Settle(1, List.of()).isPatient());
    assertTrue(new Operation.Release(Fingerprint.NONE).isPatient());
    assertFalse(new Operation.Owe(List.of()).isPatient());
  }

  /** A hundred stores, each of which takes so long. */
  private void take(int millis, Runnable store) {
    for (int i = 0; i < 100; i++) {
      store.run();
      nowMillis += millis;
      schedule.advance(new Now(WALL + nowMillis, nowMillis));
      journal.stored(++lastTicket);
    }
  }

  private static Operation merge(Merger merger) {
    return new Operation.Merge(Siblings.NONE, Eras.FIRST, null, merger);
  }

  private static final class Background implements Merger {
    @Override
    public boolean isPatient() {
      return true;
    }

    @Override
    public void durable() {}

    @Override
    public void failed(PutStatus why) {}
  }
}
