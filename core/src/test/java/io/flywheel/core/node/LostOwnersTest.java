package io.flywheel.core.node;

import static io.flywheel.core.node.LostMembersTest.CHANGE_MILLIS;
import static io.flywheel.core.node.LostMembersTest.GONE_MILLIS;
import static io.flywheel.core.node.LostMembersTest.KEYS;
import static io.flywheel.core.node.LostMembersTest.change;
import static io.flywheel.core.node.LostMembersTest.destroy;
import static io.flywheel.core.node.LostMembersTest.keepingForOthers;
import static io.flywheel.core.node.LostMembersTest.lose;
import static io.flywheel.core.node.LostMembersTest.replace;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** All owners of some partitions are destroyed, and somebody keeps a record for one of them. */
final class LostOwnersTest {
  /** Its creditor was replaced, and nobody was paid; then all of its owners are destroyed. */
  @Test
  void whatIsOwedToOneWhoOwnsNothingAnyMoreIsKeptWhileThereIsNoOwner() {
    var nodes = keepingForOthers(4, 2);
    var one = nodes.machines.getFirst();
    var three = nodes.machines.get(2);
    var four = nodes.machines.get(3);
    var owners = Set.of(three, four);
    var theirs = new ArrayList<>(IntStream.range(0, KEYS).mapToObj(LostMembersTest::key).toList());
    theirs.removeIf(key -> !owners.contains(nodes.replica(key, 0)));
    theirs.removeIf(key -> !owners.contains(nodes.replica(key, 1)));
    assertFalse(theirs.isEmpty());
    nodes.kill(four);
    for (Key key : theirs) {
      assertInstanceOf(Written.class, nodes.put(three, key, "v", null));
    }
    nodes.hold(envelope -> envelope.message() instanceof Message.ReplicaPut);
    nodes.pass(GONE_MILLIS);
    var newcomer = nodes.newcomer("node-4");
    newcomer.node().join(nodes.now(), "node-4", _ -> {});
    nodes.pass(6 * CHANGE_MILLIS);
    assertNull(change(nodes), "it goes on without what is not paid");
    destroy(nodes, 2, 4);
    lose(nodes, one, "node-3", "node-4");
    nodes.hold(_ -> false);
    nodes.pass(CHANGE_MILLIS);
    replace(nodes, "node-3", Zone.DEFAULT);
    replace(nodes, "node-4", Zone.DEFAULT);
    nodes.pass(CHANGE_MILLIS);
    for (Key key : theirs) {
      var found = assertInstanceOf(Found.class, nodes.get(one, key, 2), key.toString());
      assertEquals(1, found.values().size(), key.toString());
    }
  }
}
