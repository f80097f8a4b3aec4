package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message.ForwardPut;
import io.flywheel.core.message.Message.ForwardReply;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Reach;
import io.flywheel.core.version.Context;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Stories of disks that do not answer for a moment, and of what waits for them meanwhile. */
class OverloadTest {
  private static final Key KEY = Key.of("default", "cart:42");
  private static final int MOST_FOR_A_KEY = 4_096;
  private static final int MOST_IN_FLIGHT = 16_384;

  @Test
  void whatWaitsForOneKeyHasABoundAtEachNodeAndTheRestIsRefusedAtOnce() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.replica(KEY, 0);
    nodes.put(one, KEY, "v", null);
    nodes.pass(100);
    nodes.loadsWait = true;
    var tokens = new ArrayList<Long>();
    for (int i = 0; i < MOST_FOR_A_KEY; i++) {
      tokens.add(nodes.submit(one, get(KEY)));
    }
    assertOverloaded(nodes.ask(one, get(KEY)));
    assertOverloaded(nodes.ask(one, put(KEY)));
    var answers = new ArrayList<GetStatus>();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof ReplicaGetReply reply) {
            answers.add(reply.status());
          }
          return false;
        });
    for (Machine other : nodes.machines) {
      if (other != one) {
        tokens.add(nodes.submit(other, get(KEY)));
      }
    }
    assertEquals(GetStatus.OVERLOADED, answers.getFirst(), "a replica refuses as well");
    nodes.loadsWait = false;
    nodes.pass(10);
    assertInstanceOf(Found.class, nodes.response(one, tokens.getFirst()).outcome());
    assertInstanceOf(Found.class, nodes.get(one, KEY, 3));
  }

  @Test
  void aNodeWorksOnSoManyRequestsAtATimeAndRefusesTheRest() {
    var nodes = NodesInOneProcess.formed(1, 1);
    var one = nodes.machines.getFirst();
    nodes.loadsWait = true;
    for (int i = 0; i < MOST_IN_FLIGHT; i++) {
      nodes.submit(one, get(Key.of("default", "key-" + i % 8)));
    }
    var refused = assertOverloaded(nodes.ask(one, get(KEY)));
    assertEquals("too many requests at a time", refused.detail());
    nodes.loadsWait = false;
    nodes.pass(10);
    assertInstanceOf(Found.class, nodes.get(one, KEY, 1));
  }

  /** A node that is paused, say: everything that others forward to it waits until it goes on. */
  @Test
  void whatOthersForwardHasABoundAsWellAsWhatClientsAsk() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    var other = nodes.machines.getLast().node();
    long clusterId = other.view(nodes.now()).clusterId();
    var settings = nodes.settings().fingerprint();
    int tooMany = WaitingLine.MOST_REQUESTS + 1;
    for (int i = 1; i <= tooMany; i++) {
      var put =
          new ForwardPut(
              i,
              KEY,
              1,
              Write.of(Bytes.utf8("v")),
              Context.EMPTY,
              0,
              2,
              0,
              Reach.ANYWHERE,
              null,
              60_000);
      one.node()
          .receive(
              nodes.now(),
              new Envelope(
                  other.id(), other.startId(), 1_000_000 + i, clusterId, settings, 1, put));
    }
    var replies = new ArrayList<ForwardReply>();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof ForwardReply reply) {
            replies.add(reply);
          }
          return false;
        });
    nodes.pass(1_000);
    assertEquals(tooMany, replies.getFirst().request(), "it was answered before any was begun");
    assertOverloaded(replies.getFirst().outcome());
    assertEquals(tooMany, replies.size());
    assertInstanceOf(Found.class, nodes.get(one, KEY, 1));
  }

  private static NotDone assertOverloaded(Outcome outcome) {
    var refused = assertInstanceOf(NotDone.class, outcome);
    assertEquals(Obstacle.OVERLOADED, refused.obstacle());
    return refused;
  }

  private static ClientRequest get(Key key) {
    return new ClientRequest.Get(key, 0, 0, 1_000);
  }

  private static ClientRequest put(Key key) {
    return new ClientRequest.Put(key, Write.of(Bytes.utf8("w")), null, 0, 0, 0, null, 1_000);
  }
}
