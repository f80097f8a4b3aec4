package io.flywheel.simulator.check;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.message.ClientRequest.Put;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import io.flywheel.simulator.workload.Attempt;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.Damage;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * No change of the ring takes a copy of an acknowledged write below the W that it was acknowledged
 * with. Copies are counted on disks, whether their machines run or not, whenever a new epoch begins
 * on the first of them, a record goes, or a member that has left is switched off. They are counted
 * twice: wherever they are, and where readers of the new epoch meet them, with its owners and with
 * those who stand in for an owner, unless it was forgotten whom a copy is kept for. And a former
 * owner drops only what the owners have had on their disks, or what they call too old when it has
 * left. A node to whose copy a fault has ever happened is counted as if it had one, and so is an
 * owner that is lost: what is kept for it goes to the others. Where there are fewer copies than W
 * by now, all of them are wanted.
 */
final class CopiesOutliveChanges implements Witness {
  /** An owner takes this state of a key no more: its era is closed. */
  private record Refusal(NodeId owner, Key key, Bytes record) {}

  private final Scene scene;
  private final Explanation explanation;

  /** What nodes that are no members any more have brought to owners, by request. */
  private final Map<Long, ReplicaPut> brought = new HashMap<>();

  private final Set<Refusal> tooOld = new HashSet<>();
  private long epoch;
  private boolean debtsDamaged;

  CopiesOutliveChanges(Scene scene) {
    this.scene = scene;
    this.explanation = new Explanation(scene);
  }

  @Override
  public void recovered(SimulatedMachine machine) {
    checkStep();
  }

  @Override
  public void synced(SimulatedMachine machine, List<Mutation> mutations) {
    checkStep();
    for (var mutation : mutations) {
      var key = mutation.value() == null ? scene.evidence().keyAt(mutation) : null;
      if (key != null && isJudged()) {
        scene.history().of(key).forEach(operation -> check(operation, machine + " drops its own"));
      }
    }
  }

  @Override
  public void left(SimulatedMachine machine) {
    checkAll(machine + " is switched off");
  }

  @Override
  public void damaged(SimulatedMachine machine, Damage damage) {
    debtsDamaged |= damage == Damage.LOST_DEBT || damage == Damage.ROTTEN_DEBT;
  }

  private void checkStep() {
    var newest = scene.evidence().newest();
    if (newest != null && newest.epoch() > epoch) {
      epoch = newest.epoch();
      checkAll("epoch " + epoch + " begins");
    }
  }

  private void checkAll(String occasion) {
    if (isJudged()) {
      scene.history().operations().forEach(operation -> check(operation, occasion));
    }
  }

  private boolean isJudged() {
    return scene.ringHasChanged() && scene.isDurable() && scene.cluster().hasNoClones();
  }

  private void check(Operation operation, String occasion) {
    var newest = scene.evidence().newest();
    if (newest == null) {
      return;
    }
    var readers = newest.ownership().readers(newest.ring().partition(operation.key()));
    var lost = readers.stream().filter(newest.lost()::contains).toList();
    int promised = Math.min(copiesWanted(operation), readers.size());
    int wanted = promised - operation.everBereft(lost);
    if (wanted <= 0) {
      return;
    }
    int copies = 0;
    int met = 0;
    int givenUp = 0;
    for (var machine : scene.cluster().inService()) {
      if (scene.evidence().isKept(machine, operation)) {
        copies++;
        boolean isMet = isMet(machine, operation.key(), readers);
        met += isMet ? 1 : 0;
        givenUp += !isMet && scene.isGivenUp(machine) ? 1 : 0;
      }
    }
    boolean everywhere = copies >= wanted;
    // One copy, or fewer than usual, may be on disks alone whose nodes nobody waits for.
    boolean isScarce = promised == 1 || promised < scene.settings().quorum().w();
    boolean whereRead = debtsDamaged || met + (isScarce ? givenUp : 0) >= wanted;
    if ((!everywhere || !whereRead)
        && !explanation.isReplaceable(operation)
        && !explanation.isLoser(operation)) {
      violation(
          occasion
              + " ("
              + told(newest)
              + ") with "
              + copies
              + " copies of "
              + operation
              + ", "
              + met
              + " of them where it is read, and it was acknowledged with "
              + copiesWanted(operation));
    }
  }

  /**
   * The most copies that its client was promised, in whichever data centres; 0 where nothing was,
   * or nothing has to last.
   */
  private int copiesWanted(Operation operation) {
    int most = 0;
    for (var attempt : operation.isVisible() ? operation.attempts() : List.<Attempt>of()) {
      if (attempt.outcome() instanceof Written written
          && written.receipt().durable()
          && attempt.request() instanceof Put put) {
        var usual = scene.settings().quorum().writes();
        most = Math.max(most, put.w() == 0 ? usual.nodes(written.receipt().n()) : put.w());
      }
    }
    return most;
  }

  private boolean isMet(SimulatedMachine machine, Key key, List<NodeId> readers) {
    var identity = machine.identity();
    return (identity != null && readers.contains(identity))
        || machine.disk().durable(Table.DEBTS).containsKey(StorageKey.ofRecord(key));
  }

  private static String told(Cluster cluster) {
    var open = cluster.transition();
    return open == null
        ? "at rest"
        : open.change() + " " + open.phase() + (open.undone() ? " undone" : "");
  }

  /**
   * A put that came to nobody else before its coordinator left is one that nobody was promised. No
   * era waits for who has left, so what it brings may be too old for the owners by then, and it may
   * drop just that.
   */
  @Override
  public void sent(SimulatedProcess from, Envelope envelope) {
    if (envelope.message() instanceof ReplicaPut put && scene.isRemoved(from.machine())) {
      brought.put(put.request(), put);
    } else if (envelope.message() instanceof ReplicaPutReply(long request, PutStatus status)
        && status == PutStatus.STALE_ERA) {
      var put = brought.get(request);
      if (put != null) {
        tooOld.add(new Refusal(from.id(), put.key(), put.record()));
      }
    }
  }

  /** A former owner that owes nothing of a record drops it by itself, in a batch of its own. */
  @Override
  public void storing(SimulatedProcess process, List<Mutation> mutations) {
    var only = mutations.size() == 1 ? mutations.getFirst() : null;
    var key = only == null || only.value() != null ? null : scene.evidence().keyAt(only);
    var machine = process.machine();
    if (key != null && isJudged() && !scene.history().revived() && isFormerOwner(machine, key)) {
      var dropped = scene.evidence().durable(machine, key);
      if (dropped != null) {
        checkReleased(process, key, dropped);
      }
    }
  }

  /**
   * Who is given up is not waited for, so that it may come back with what is too old to be taken.
   */
  private boolean isFormerOwner(SimulatedMachine machine, Key key) {
    return !scene.isOwn(machine, key) && !scene.isGivenUp(machine);
  }

  private void checkReleased(SimulatedProcess process, Key key, Siblings dropped) {
    var newest = scene.evidence().newest();
    if (newest == null) {
      return;
    }
    var record = SiblingsCodec.encode(key, dropped);
    for (NodeId owner : newest.ownership().readers(newest.ring().partition(key))) {
      if (!scene.isLost(owner)
          && scene.isLastingOwner(key, owner)
          && !tooOld.contains(new Refusal(owner, key, record))) {
        dropped.living().forEach(sibling -> checkHad(process, key, owner, sibling.dot()));
      }
    }
  }

  private void checkHad(SimulatedProcess process, Key key, NodeId owner, Dot dot) {
    if (!scene.evidence().everDurable(owner, key).covers(dot)) {
      violation(
          process
              + " drops "
              + scene.evidence().operationOf(key, dot)
              + ", which its owner "
              + owner
              + " never had");
    }
  }

  private void violation(String text) {
    scene.violation(CopiesOutliveChanges.class, text);
  }
}
