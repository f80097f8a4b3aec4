package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.handoff.TransferFigures;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A ring that is about to change, with some hundred keys on it. */
final class FilledRing extends ChangingRing {
  static final List<Key> KEYS =
      IntStream.range(0, 300).mapToObj(number -> Key.of("default", "key " + number)).toList();

  FilledRing(int members) {
    this(members, 3);
  }

  FilledRing(int members, int copies) {
    super(filled(members, copies));
  }

  private static NodesInOneProcess filled(int members, int copies) {
    var nodes = NodesInOneProcess.formed(members, copies);
    nodes.hintsLimitBytes = 1 << 20;
    for (Key key : KEYS) {
      assertInstanceOf(Written.class, nodes.put(nodes.replica(key, 0), key, "of " + key, null));
    }
    return nodes;
  }

  /** A newcomer that has all of its copies, and is read; only the last step is left. */
  Machine newcomerThatIsRead() {
    var newcomer = newcomer();
    add(newcomer);
    nodes.pass(20_000);
    ready();
    nodes.pass(2_000);
    return newcomer;
  }

  /** The keys of which all these are owners, as long as the change has not begun. */
  List<Key> keysOf(Machine... owners) {
    List<NodeId> ids = Arrays.stream(owners).map(ChangingRing::id).toList();
    return KEYS.stream()
        .filter(key -> cluster().ring().replicas(partition(key)).containsAll(ids))
        .toList();
  }

  TransferFigures figures(Machine machine) {
    return machine.node().view(nodes.now()).transfers();
  }

  void assertOnlyOwnersHold() {
    for (Machine machine : nodes.machines) {
      for (Key key : KEYS) {
        boolean owns = cluster().ring().owns(id(machine), partition(key));
        assertEquals(owns, has(machine, key), machine.name + " and " + key);
      }
      assertTrue(machine.debts.isEmpty(), machine.name + " owes nothing");
    }
  }
}
