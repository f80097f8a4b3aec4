package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Loaded;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Message.ForwardPut;
import io.flywheel.core.message.Message.ForwardReply;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A put at a node that has no part in it is soon brought to a replica that answers. */
final class ForwardedPutTest {
  private static final Key KEY = Key.of("default", "k");

  private final NodesInOneProcess nodes = NodesInOneProcess.formed(4, 3);
  private final Machine stranger = nodes.stranger(KEY);
  private final List<NodeId> asked = new ArrayList<>();

  @Test
  void whoIsSlowIsAskedLastUntilThatIsLongAgo() {
    assertEquals(List.of(first()), askedForAPut(null));
    var slow = asked.getFirst();

    long before = nodes.now().monotonicMillis();
    assertEquals(2, askedForAPut(slow).size(), "given up for the next one");
    assertTrue(nodes.now().monotonicMillis() - before < 100, "long before the deadline");

    assertEquals(1, askedForAPut(slow).size(), "nobody waits for it again");
    nodes.pass(60_000);
    assertEquals(List.of(slow), askedForAPut(null), "it gets another chance");
  }

  @Test
  void whatAnotherNodeWorksOnTakesNoPlaceHere() {
    var large = new Loaded.Value(Bytes.wrap(new byte[(int) ReadingRoom.MOST_BYTES]));
    stranger.node().loaded(nodes.now(), -1, large); // so that one may be under way at a time
    nodes.hold(envelope -> envelope.message() instanceof ForwardPut);
    for (int i = 0; i < 10; i++) {
      var write = Write.of(Bytes.utf8("v"));
      nodes.submit(stranger, new ClientRequest.Put(KEY, write, null, 0, 0, 0, null, 60_000));
    }
    assertInstanceOf(Found.class, nodes.get(stranger, KEY, 1));
  }

  private NodeId first() {
    return nodes.replica(KEY, 0).node().id();
  }

  /** Who answers the stranger, in that order; the answer of the silent one does not arrive. */
  private List<NodeId> askedForAPut(@Nullable NodeId silent) {
    var read = nodes.context(stranger, KEY);
    asked.clear();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof ForwardReply) {
            asked.add(envelope.from());
            return envelope.from().equals(silent);
          }
          return false;
        });
    assertInstanceOf(Written.class, nodes.put(stranger, KEY, "v", read.isEmpty() ? null : read));
    return List.copyOf(asked);
  }
}
