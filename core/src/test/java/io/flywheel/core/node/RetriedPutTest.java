package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.version.SiblingsCodec;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A put that is tried again, as nobody knows what became of the first try. */
final class RetriedPutTest {
  private static final Key KEY = Key.of("default", "cart:42");

  /** The first try comes while the second one waits for the disk: it must not be written twice. */
  @Test
  void aRetryThatWaitsForTheDiskRecognisesTheFirstTryThatComesBehindIt() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var first = nodes.machines.get(0);
    var second = nodes.machines.get(1);
    var write = Write.of(Bytes.utf8("once"));
    var put = new ClientRequest.Put(KEY, write, null, 0, 0, 0, new RequestId(1, 2), 1_000);
    var to = second.node().id();
    nodes.cut((_, receiver) -> receiver.equals(to));
    assertInstanceOf(Written.class, nodes.ask(first, put));
    nodes.loadsWait = true;
    long retry = nodes.submit(second, put);
    nodes.cut((_, _) -> false);
    nodes.deliverHeld();
    nodes.loadsWait = false;
    assertInstanceOf(Written.class, nodes.response(second, retry).outcome());
    nodes.pass(2_000);
    for (Machine machine : nodes.machines) {
      var record = Objects.requireNonNull(machine.data.get(nodes.storageKey(KEY)));
      assertEquals(1, requests(record), machine.name);
    }
  }

  private static int requests(Bytes record) {
    try {
      return SiblingsCodec.decode(KEY, record).requests().size();
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }
}
