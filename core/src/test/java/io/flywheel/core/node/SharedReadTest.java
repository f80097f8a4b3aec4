package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Several gets may share one read of the replicas, if nobody can tell. */
final class SharedReadTest {
  private static final Key KEY = Key.of("strict", "k");

  private final NodesInOneProcess nodes = NodesInOneProcess.formed(3, 3);
  private final Machine one = nodes.machines.getFirst();
  private final ArrayList<Message> reads = new ArrayList<>();

  @Test
  void getsOfOneTurnAskTheReplicasOnce() {
    var context = nodes.context(one, KEY);
    nodes.put(one, KEY, "v", context);
    nodes.hold(this::noteRead);
    ask(101);
    ask(102);
    nodes.pass(1);
    assertEquals("v", found(101));
    assertEquals("v", found(102));
    assertEquals(1, reads.size(), "sent to one other node, once");
  }

  /** Trap 56: the put is acknowledged between the two, by replicas that the first has asked. */
  @Test
  void aGetDoesNotJoinAReadThatHasLeft() {
    var context = nodes.context(one, KEY);
    nodes.put(one, KEY, "old", context);
    var newer = nodes.context(one, KEY);
    nodes.hold(envelope -> envelope.message() instanceof Message.ReplicaGetReply);
    ask(101);
    nodes.pass(1);
    nodes.put(nodes.machines.get(1), KEY, "new", newer);
    ask(102);
    nodes.pass(1);
    nodes.deliverHeld();
    found(101);
    assertEquals("new", found(102));
  }

  private boolean noteRead(Envelope envelope) {
    if (envelope.message() instanceof Message.ReplicaGet get) {
      reads.add(get);
    }
    return false;
  }

  private void ask(long token) {
    one.node().request(nodes.now(), token, new ClientRequest.Get(KEY, 2, 0, 1_000));
  }

  private String found(long token) {
    var found = assertInstanceOf(Found.class, nodes.response(one, token).outcome());
    assertEquals(1, found.values().size());
    Bytes value = found.values().getFirst().value();
    return value.toUtf8();
  }
}
