package io.flywheel.server.peer;

import static io.flywheel.server.peer.TestPeer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.Heartbeat;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.NodeId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class PeerTransportTest {
  @Test
  void whoIsDialledHearsWhatIsSentAndAnswers() {
    try (var alice = new TestPeer(1);
        var bob = new TestPeer(2)) {
      alice.dial(bob);
      await("both are connected", () -> alice.isConnectedWith(bob) && bob.isConnectedWith(alice));
      alice.send(bob.id, new Heartbeat(1));
      await("bob has heard alice", () -> bob.received.size() == 1);
      bob.send(alice.id, new Heartbeat(2));
      await("alice has heard bob", () -> alice.received.size() == 1);
      assertEquals(alice.id, bob.received.getFirst().from());
      assertEquals(new Heartbeat(2), alice.received.getFirst().message());
    }
  }

  @Test
  void bothSendOnTheConnectionThatTheSmallerOneDialled() {
    try (var alice = new TestPeer(1);
        var bob = new TestPeer(2)) {
      bob.dial(alice);
      await("both are connected", () -> alice.isConnectedWith(bob) && bob.isConnectedWith(alice));
      assertFalse(alice.onLoop(() -> alice.transport.sendsOnDialled(bob.id)));
      assertTrue(bob.onLoop(() -> bob.transport.sendsOnDialled(alice.id)));
      alice.dial(bob);
      await("alice uses hers", () -> alice.onLoop(() -> alice.transport.sendsOnDialled(bob.id)));
      await("so does bob", () -> !bob.onLoop(() -> bob.transport.sendsOnDialled(alice.id)));
    }
  }

  @Test
  void messagesLargeAndSmallArriveInTheirOrder() {
    try (var alice = new TestPeer(1);
        var bob = new TestPeer(2)) {
      alice.dial(bob);
      bob.dial(alice);
      await("both are connected", () -> alice.isConnectedWith(bob) && bob.isConnectedWith(alice));
      for (int i = 0; i < 200; i++) {
        alice.send(bob.id, record(i, i % 20 == 0 ? 1 << 20 : 100));
        int sent = i + 1;
        if (i % 20 == 0) {
          await("it has arrived", () -> bob.received.size() == sent);
        }
      }
      await("all have arrived", () -> bob.received.size() == 200);
      for (int i = 0; i < 200; i++) {
        assertEquals(i, ((Message.ReplicaGetReply) bob.received.get(i).message()).request());
      }
    }
  }

  @Test
  void aPeerThatComesBackIsFoundAgain() {
    try (var alice = new TestPeer(1)) {
      var bob = new TestPeer(2);
      alice.dial(bob);
      await("they are connected", () -> alice.isConnectedWith(bob));
      bob.close();
      await("bob is gone", () -> !alice.isConnectedWith(bob));
      try (var again = new TestPeer(TestPeer.CLUSTER, 2, 2, 0, bob.address.getPort())) {
        await("he is back", () -> alice.isConnectedWith(again) && again.isConnectedWith(alice));
      }
    }
  }

  @Test
  void whoIsDialledNoMoreIsNotLookedForWhenItIsGone() {
    try (var alice = new TestPeer(1);
        var carol = new TestPeer(3)) {
      var bob = new TestPeer(2);
      alice.dial(bob);
      await("they are connected", () -> alice.isConnectedWith(bob));
      alice.onLoop(
          () -> {
            alice.transport.stopDialling("127.0.0.1:" + bob.address.getPort());
            alice.transport.stopDialling("no address");
            return true;
          });
      assertEquals(0L, alice.onLoop(alice.transport::dialledAddresses));
      assertTrue(alice.isConnectedWith(bob), "the connection that is there stays");
      bob.close();
      await("bob is gone", () -> !alice.isConnectedWith(bob));
      try (var again = new TestPeer(TestPeer.CLUSTER, 2, 2, 0, bob.address.getPort())) {
        alice.dial(carol);
        await("carol is found", () -> alice.isConnectedWith(carol));
        assertFalse(alice.isConnectedWith(again));
      }
    }
  }

  @Test
  void aNodeThatDialsItselfStopsDoingSo() {
    try (var alice = new TestPeer(1)) {
      alice.dial(alice);
      await("it has noticed", () -> alice.onLoop(() -> alice.transport.dialledAddresses() == 0));
      assertFalse(alice.isConnectedWith(alice));
      assertTrue(alice.identitiesInUse.isEmpty());
    }
  }

  @Test
  void twoProcessesWithOneIdentityBothLearnOfIt() {
    try (var alice = new TestPeer(TestPeer.CLUSTER, 1, 5, 0, 0);
        var copy = new TestPeer(TestPeer.CLUSTER, 1, 6, 0, 0)) {
      alice.dial(copy);
      await("alice knows", () -> !alice.identitiesInUse.isEmpty());
      await("the copy knows", () -> !copy.identitiesInUse.isEmpty());
    }
  }

  @Test
  void aNodeOfAnotherClusterIsRefused() {
    try (var alice = new TestPeer(1);
        var stranger = new TestPeer("another", 2, 1, 0, 0)) {
      stranger.dial(alice);
      await("it is refused", () -> alice.onLoop(alice.transport::refusedConnections) > 0);
      assertFalse(alice.isConnectedWith(stranger));
      assertFalse(stranger.isConnectedWith(alice));
    }
  }

  @Test
  void aNodeWithAnotherSecretIsRefusedByBothSides() {
    try (var alice = new TestPeer(1);
        var stranger = new TestPeer(2, Bytes.utf8("the secret of somebody else"))) {
      stranger.dial(alice);
      await("alice refuses", () -> alice.onLoop(alice.transport::refusedConnections) > 0);
      await("so does it", () -> stranger.onLoop(stranger.transport::refusedConnections) > 0);
      assertFalse(alice.isConnectedWith(stranger));
      assertFalse(stranger.isConnectedWith(alice));
    }
  }

  @Test
  void aClockThatIsHoursOffIsRefusedAndOneThatIsMinutesOffIsNot() {
    try (var alice = new TestPeer(1);
        var hours = new TestPeer(TestPeer.CLUSTER, 2, 1, 2 * 3_600_000, 0);
        var minutes = new TestPeer(TestPeer.CLUSTER, 3, 1, -120_000, 0)) {
      hours.dial(alice);
      minutes.dial(alice);
      await("minutes are let in", () -> alice.isConnectedWith(minutes));
      await("hours are refused", () -> alice.onLoop(alice.transport::refusedConnections) > 0);
      assertFalse(alice.isConnectedWith(hours));
    }
  }

  @Test
  void withoutAConnectionAMessageIsDroppedAndCounted() {
    try (var alice = new TestPeer(1)) {
      alice.send(new NodeId(9), new Heartbeat(1));
      assertEquals(1, alice.onLoop(alice.transport::droppedMessages));
    }
  }

  private static Message record(int request, int bytes) {
    return new Message.ReplicaGetReply(
        request, Message.GetStatus.FOUND, 0, 0, List.of(), Bytes.wrap(new byte[bytes]));
  }
}
