package io.flywheel.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Fingerprints;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** When everything that a replica took up to a moment is on its disk. */
final class DrainTest {
  private static final int PARTITIONS = 16;
  private static final Siblings WRITTEN =
      Siblings.NONE.put(
          Context.EMPTY,
          Sibling.value(new Dot(new Actor(5, 6), 7), Bytes.utf8("v"), "", 0),
          null,
          Conflicts.SIBLINGS);

  private final Outbox outbox = new Outbox();
  private final Schedule schedule = new Schedule(new Now(1_700_000_000_000L, 0));
  private final Journal journal = new Journal(outbox, schedule);
  private final LocalReplica replica = replica();
  private final List<String> drained = new ArrayList<>();
  private long lastStore;

  @Test
  void atOnceWhereNothingIsUnderWay() {
    replica.whenDrained(() -> drained.add("now"));
    assertEquals(List.of("now"), drained);
  }

  @Test
  void whatWaitsToBeReadAndWhatWaitsToBeSyncedIsWaitedForAndNothingThatComesLater() {
    merge("to be read");
    long first = loads().getFirst();
    merge("to be synced");
    replica.loaded(loads().getFirst(), new Loaded.Absent());
    takeStores();
    replica.whenDrained(() -> drained.add("both"));
    merge("later");

    journal.stored(lastStore);
    assertEquals(List.of(), drained, "one is not even read");
    replica.loaded(first, new Loaded.Absent());
    takeStores();
    assertEquals(List.of(), drained, "nor synced");
    journal.stored(lastStore);
    assertEquals(List.of("both"), drained);
  }

  @Test
  void aKeyThatCannotBeReadHoldsNothingUp() {
    merge("unreadable");
    replica.whenDrained(() -> drained.add("refused"));
    replica.loaded(loads().getFirst(), new Loaded.Failed("input/output error"));
    assertEquals(List.of("refused"), drained, "nothing of it is on its way to disk");
  }

  private void merge(String name) {
    replica.merge(Key.of("default", name), WRITTEN, Eras.FIRST, null, Merger.NOBODY);
  }

  private List<Long> loads() {
    var tickets = new ArrayList<Long>();
    for (Effect effect : outbox.drain()) {
      if (effect instanceof Effect.Load load) {
        tickets.add(load.ticket());
      }
    }
    return tickets;
  }

  private void takeStores() {
    for (Effect effect : outbox.drain()) {
      if (effect instanceof Effect.Store store) {
        lastStore = store.ticket();
      }
    }
  }

  private LocalReplica replica() {
    var settings = RecordSettings.of(new Limits(1000, 3, 2500), List.of());
    var identity = new Identity(new NodeId(1), 1, 2, 3, 0);
    var lease =
        new ActorLease(identity, journal, schedule, new SplittableRandom(1), PARTITIONS, () -> {});
    var eras = Eras.fresh();
    var ledger = new DebtLedger(0);
    var owners = new Everybody();
    var fingerprints = new Fingerprints(Bytes.utf8("secret"));
    var records =
        new Records(
            PARTITIONS, journal, lease, eras, owners, ledger, fingerprints, (_, _, _) -> {});
    var damage = new Undamaged();
    var work =
        new KeyWork(
            () -> settings,
            schedule,
            lease,
            eras,
            owners,
            ledger,
            new LoserLog(lease),
            records,
            damage);
    return new LocalReplica(outbox, journal, work, records, owners, damage);
  }

  /** A cluster of one. */
  private static final class Everybody implements Owners {
    @Override
    public boolean isOwnForNow(Key key) {
      return false;
    }

    @Override
    public List<NodeId> of(Key key) {
      return List.of(new NodeId(1));
    }

    @Override
    public boolean isOwn(Key key) {
      return true;
    }

    @Override
    public boolean isFilling(Key key) {
      return false;
    }

    @Override
    public boolean isFormer(Key key) {
      return false;
    }
  }

  private static final class Undamaged implements LocalReplica.Damage {
    @Override
    public void unreadable(Key key, String reason) {}

    @Override
    public void lost(Key key) {}

    @Override
    public void contradicted(Key key) {}
  }
}
