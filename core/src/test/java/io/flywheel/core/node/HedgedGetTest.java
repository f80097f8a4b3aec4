package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.model.Key;
import org.junit.jupiter.api.Test;

/** A replica that is late does not make the client wait. */
final class HedgedGetTest {
  private static final Key KEY = Key.of("default", "k");

  @Test
  void aLateReplicaIsReplacedLongBeforeTheDeadline() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    nodes.put(one, KEY, "v", null);
    var late = nodes.machines.get(1).node().id();
    var later = nodes.machines.get(2).node().id();
    for (var silent : new Object[] {late, later}) {
      nodes.hold(
          envelope ->
              envelope.from().equals(silent)
                  && envelope.message() instanceof Message.ReplicaGetReply);
      long before = nodes.now().monotonicMillis();
      var outcome = nodes.ask(one, new ClientRequest.Get(KEY, 2, 0, 10_000));
      assertInstanceOf(Found.class, outcome);
      assertTrue(nodes.now().monotonicMillis() - before < 100, "hedged");
    }
  }

  /** Who stands in may not have the key, so nobody does while the primaries may still answer. */
  @Test
  void nobodyStandsInForAPrimaryThatIsMerelyLate() {
    var nodes = new NodesInOneProcess(5, 3);
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    var first = nodes.replica(KEY, 0);
    nodes.put(first, KEY, "v", null);
    nodes.hold(envelope -> envelope.message() instanceof Message.ReplicaGetReply);
    long token = nodes.submit(first, new ClientRequest.Get(KEY, 2, 0, 2_000));
    nodes.pass(600);
    assertTrue(first.responses.get(token) == null, "not answered from a node without the key");
    nodes.hold(_ -> false);
    nodes.pass(1_500);
    var found = assertInstanceOf(Found.class, nodes.response(first, token).outcome());
    assertEquals(1, found.values().size());
  }
}
