package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An operator mistakes a name, or the node. */
class RefusedOrdersTest {
  @Test
  void nobodyIsCalledSo() {
    var nodes = NodesInOneProcess.formed(3, 2);
    for (var order :
        List.of(
            new RingOrder.Remove("node-9"),
            new RingOrder.Reweigh("node-9", 2),
            new RingOrder.Lose(List.of("node-9")))) {
      assertEquals(
          new RingAnswer.Refused("no member is called node-9"),
          answer(nodes, nodes.machines.getFirst(), order));
    }
  }

  @Test
  void whoBelongsToNoClusterChangesNone() {
    var nodes = NodesInOneProcess.formed(3, 2);
    assertEquals(
        new RingAnswer.Refused("this node belongs to no cluster"),
        answer(nodes, nodes.newcomer("node-4"), new RingOrder.Leave()));
  }

  @Test
  void whoHasLeftDoesNotJoin() {
    var nodes = NodesInOneProcess.formed(3, 2);
    var leaver = nodes.machines.getLast();
    leaver.node().changeRing(nodes.now(), new RingOrder.Leave(), _ -> {});
    nodes.pass(8_000);
    var answers = new ArrayList<RingAnswer>();
    leaver.node().join(nodes.now(), null, answers::add);
    assertEquals(List.of(new RingAnswer.Refused("this node has left its cluster")), answers);
  }

  private static RingAnswer answer(NodesInOneProcess nodes, Machine at, RingOrder order) {
    var answers = new ArrayList<RingAnswer>();
    at.node().changeRing(nodes.now(), order, answers::add);
    return answers.getFirst();
  }
}
