package io.flywheel.simulator.check;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Debts;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import io.flywheel.simulator.world.Damage;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is taken is paid. Nobody owes what it does not have: a debt is noted with the record that is
 * owed, in one batch where that is new, and the record goes only with the last debt. A debt is
 * struck out only when its owner has, or once had, all on its disk that was there when it was noted
 * last; where that owner is lost, all others have. A node that went back in time, or is no member
 * any more, may owe what nobody takes any more.
 */
final class DebtsAreHonoured implements Witness {
  private record Place(int machine, Bytes storageKey) {}

  /** What a process has handed over to its disk last. */
  private static final class Account {
    private Siblings state = Siblings.NONE;
    private Debts debts = Debts.NONE;

    /** As it was when the debts were noted last. */
    private Siblings owed = Siblings.NONE;
  }

  private final Scene scene;
  private final Map<Place, Account> accounts = new HashMap<>();

  /** Processes under which a record has gone: they may still work on what they had read of it. */
  private final Set<SimulatedProcess> bereft = new HashSet<>();

  /** Where a process had handed over a record, perhaps not durable yet, before a fault came. */
  private final Set<Place> handedOver = new HashSet<>();

  private long noted;
  private long struckOut;

  DebtsAreHonoured(Scene scene) {
    this.scene = scene;
  }

  /** Debts that were noted, once for each owner. */
  long noted() {
    return noted;
  }

  long struckOut() {
    return struckOut;
  }

  @Override
  public void recovered(SimulatedMachine machine) {
    forget(machine);
    handedOver.removeIf(place -> place.machine() == machine.index());
  }

  @Override
  public void damaged(SimulatedMachine machine, Damage damage) {
    accounts.forEach((place, account) -> keepInMind(machine, place, account));
    forget(machine);
    var process = machine.process();
    if (process != null && damage == Damage.LOST_RECORD) {
      bereft.add(process);
    }
  }

  private void keepInMind(SimulatedMachine machine, Place place, Account account) {
    if (place.machine() == machine.index() && !account.state.isEmpty()) {
      handedOver.add(place);
    }
  }

  private void forget(SimulatedMachine machine) {
    accounts.keySet().removeIf(place -> place.machine() == machine.index());
  }

  @Override
  public void storing(SimulatedProcess process, List<Mutation> mutations) {
    Mutation record = null;
    Mutation owed = null;
    for (var mutation : mutations) {
      record = mutation.table() == Table.DATA ? mutation : record;
      owed = mutation.table() == Table.DEBTS ? mutation : owed;
    }
    if (record != null) {
      check(process, record.storageKey(), record, owed);
    } else if (owed != null) {
      check(process, owed.storageKey(), null, owed);
    }
  }

  private void check(
      SimulatedProcess process,
      Bytes storageKey,
      @Nullable Mutation record,
      @Nullable Mutation owed) {
    var machine = process.machine();
    var place = new Place(machine.index(), storageKey);
    var known = accounts.get(place);
    try {
      var key = StorageKey.keyOf(storageKey);
      boolean primary = scene.isPrimary(key, process.id());
      var before = known != null ? known : onDisk(machine, key, storageKey, primary);
      var after = new Account();
      after.state = record == null ? before.state : state(key, record.value());
      after.debts = owed == null ? before.debts : debts(owed.value());
      after.owed = after.debts.version() == before.debts.version() ? before.owed : after.state;
      accounts.put(place, after);
      // Read or handed over before a fault came, and then found to be owed: nothing tells the
      // process of the fault, and nothing tells here whether that took it.
      boolean hadIt =
          known == null
              && record == null
              && bereft.contains(process)
              && (handedOver.contains(place)
                  || !scene.evidence().everDurable(process.id(), key).isEmpty());
      if (!primary && owesNothing(after) && !owesNothing(before) && !hadIt) {
        violation(process + " owes " + key + " and does not have it");
      }
      // What a former owner keeps it keeps for nobody; it asks before it drops that.
      if (!primary && !scene.ringHasChanged() && keepsForNobody(after) && !keepsForNobody(before)) {
        violation(process + " keeps " + key + " and notes for nobody");
      }
      noted += lacking(before, after).size();
      for (NodeId paid : lacking(after, before)) {
        struckOut++;
        if (!scene.isRemoved(machine)) {
          checkPaid(process, key, paid, before);
        }
      }
    } catch (MalformedException e) {
      accounts.remove(place); // rotten: nothing can be said of it
    }
  }

  private void checkPaid(SimulatedProcess process, Key key, NodeId owner, Account before) {
    if (!scene.isDurable() || scene.history().revived() || !scene.isLastingOwner(key, owner)) {
      return;
    }
    if (!scene.isLost(owner)) {
      checkHad(process, key, owner, before);
      return;
    }
    for (var other : scene.primaries(key)) {
      var id = other.identity();
      if (id != null && !scene.isLost(id) && scene.isLastingOwner(key, id)) {
        checkHad(process, key, id, before);
      }
    }
  }

  private void checkHad(SimulatedProcess process, Key key, NodeId owner, Account before) {
    var durable = scene.evidence().everDurable(owner, key);
    for (var sibling : before.owed.living()) {
      if (!durable.covers(sibling.dot())) {
        violation(
            process
                + " strikes out what it owes of "
                + key
                + ", and its owner never had "
                + scene.evidence().operationOf(key, sibling.dot()));
      }
    }
  }

  /** A fault may bring this about, but no batch. */
  private static boolean owesNothing(Account account) {
    return !account.debts.isEmpty() && account.state.isEmpty();
  }

  private static boolean keepsForNobody(Account account) {
    return account.debts.isEmpty() && !account.state.isEmpty();
  }

  /** Owners in the second account that are not in the first. */
  private static List<NodeId> lacking(Account first, Account second) {
    var lacking = new ArrayList<>(second.debts.owners());
    lacking.removeAll(first.debts.owners());
    return lacking;
  }

  /** What the process found: nothing of this key was stored since its start, or since a fault. */
  private static Account onDisk(
      SimulatedMachine machine, Key key, Bytes storageKey, boolean primary)
      throws MalformedException {
    var account = new Account();
    account.state = state(key, machine.disk().durable(Table.DATA).get(storageKey));
    account.debts = debts(machine.disk().durable(Table.DEBTS).get(storageKey));
    // An owner's own record may hold more by now than it owed then.
    account.owed = primary ? Siblings.NONE : account.state;
    return account;
  }

  private static Siblings state(Key key, @Nullable Bytes record) throws MalformedException {
    return record == null ? Siblings.NONE : SiblingsCodec.decode(key, record);
  }

  private static Debts debts(@Nullable Bytes entry) throws MalformedException {
    return entry == null ? Debts.NONE : Debts.decode(entry);
  }

  private void violation(String text) {
    scene.violation(DebtsAreHonoured.class, text);
  }
}
