package io.flywheel.server.peer;

import static io.flywheel.server.peer.TestPeer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.Heartbeat;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.NodeId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What arrives at the peer port from those who are no peers; a good peer must not notice. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class HostilePeerTest {
  private static final NodeId MALLORY = new NodeId(666);

  private static final Bytes NONCE = Bytes.utf8("0123456789abcdef");

  private TestPeer alice = new TestPeer(1);
  private TestPeer bob = new TestPeer(2);

  @BeforeEach
  void connectTheGoodOnes() {
    alice.dial(bob);
    await("they are connected", () -> alice.isConnectedWith(bob) && bob.isConnectedWith(alice));
  }

  @AfterEach
  void theGoodOnesStillTalk() {
    int before = alice.received.size();
    bob.send(alice.id, new Heartbeat(7));
    await("alice hears bob", () -> alice.received.size() > before);
    alice.close();
    bob.close();
  }

  @Test
  void randomBytesEndTheConnection() throws IOException {
    var random = new SplittableRandom(11);
    for (int i = 0; i < 50; i++) {
      byte[] noise = new byte[1 + random.nextInt(3_000)];
      random.nextBytes(noise);
      noise[0] = (byte) (noise[0] | 1); // a length beyond every limit
      assertHungUpOn(noise);
    }
  }

  @Test
  void frameLengthsOutOfRangeEndTheConnection() throws IOException {
    for (int length : new int[] {0, 1, 5, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 4_000}) {
      assertHungUpOn(ByteBuffer.allocate(4).putInt(length).array());
    }
  }

  @Test
  void aWrongChecksumOrVersionEndsTheConnection() throws IOException {
    byte[] checksum = frame(hello(TestPeer.CLUSTER).encode());
    checksum[6] ^= 1;
    assertHungUpOn(checksum);
    byte[] version = frame(hello(TestPeer.CLUSTER).encode());
    version[4] = 9;
    assertHungUpOn(version);
  }

  @Test
  void aHelloOfAnotherClusterOrProtocolEndsTheConnection() throws IOException {
    assertHungUpOn(frame(hello("another").encode()));
    byte[] magic = hello(TestPeer.CLUSTER).encode().array().clone();
    magic[0] = 'X';
    assertHungUpOn(frame(Bytes.wrap(magic)));
    byte[] protocol = hello(TestPeer.CLUSTER).encode().array().clone();
    protocol[5] = 99;
    assertHungUpOn(frame(Bytes.wrap(protocol)));
  }

  @Test
  void whoSaysNothingIsHungUpOn() throws IOException {
    assertHungUpOn(new byte[0]);
    assertHungUpOn(new byte[] {0, 0});
  }

  @Test
  void aMessageInAnothersNameEndsTheConnection() throws IOException {
    var forged = new Envelope(bob.id, 1, 1, 0, 0, 0, new Heartbeat(1));
    assertHungUpOnAsAMember(frame(MessageCodec.encode(forged)));
    assertTrue(alice.received.isEmpty());
  }

  @Test
  void aMessageThatIsNoneEndsTheConnection() throws IOException {
    assertHungUpOnAsAMember(frame(Bytes.utf8("hello?")));
    assertTrue(alice.received.isEmpty());
  }

  @Test
  void strangersAreCounted() throws IOException {
    var sockets = new ArrayList<Socket>();
    try {
      for (int i = 0; i < 300; i++) {
        sockets.add(dialAlice());
      }
      await("some are refused", () -> alice.onLoop(alice.transport::refusedConnections) > 40);
      assertTrue(alice.onLoop(alice.transport::strangers) <= 256);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void whatAPeerDoesNotReadIsDroppedBeyondABound() throws IOException {
    try (var mallory = dialAlice()) {
      shakeHands(mallory);
      await("mallory is let in", () -> alice.connected.contains(MALLORY));
      var large =
          new Message.ReplicaGetReply(
              1, Message.GetStatus.FOUND, 0, 0, List.of(), Bytes.wrap(new byte[1 << 20]));
      for (int i = 0; i < 64; i++) {
        alice.send(MALLORY, large);
      }
      long dropped = alice.onLoop(alice.transport::droppedMessages);
      assertTrue(dropped >= 30, "only " + dropped + " of 64 dropped");
    }
    await("mallory is gone", () -> !alice.connected.contains(MALLORY));
  }

  @Test
  void aHelloInSmallPiecesIsUnderstood() throws IOException {
    try (var mallory = dialAlice()) {
      Bytes hello = hello(TestPeer.CLUSTER).encode();
      inSmallPieces(mallory, frame(hello));
      inSmallPieces(mallory, frame(proof(mallory, hello)));
      await("it is let in", () -> alice.connected.contains(MALLORY));
    }
  }

  @Test
  void withoutAProofNothingIsHeard() throws IOException {
    var beat = new Envelope(MALLORY, 1, 1, 0, 0, 0, new Heartbeat(1));
    assertHungUpOn(
        frame(hello(TestPeer.CLUSTER).encode()),
        frame(MessageCodec.encode(beat)),
        frame(MessageCodec.encode(beat)));
    assertHungUpOn(
        frame(hello(TestPeer.CLUSTER).encode()),
        frame(Bytes.wrap(new byte[PeerSecret.PROOF_BYTES])),
        frame(MessageCodec.encode(beat)));
    assertHungUpOn(frame(hello(TestPeer.CLUSTER).encode()));
    assertTrue(alice.received.isEmpty());
    assertFalse(alice.connected.contains(MALLORY));
  }

  @Test
  void aHandshakeThatWasOverheardIsOfNoUse() throws IOException {
    Bytes hello = hello(TestPeer.CLUSTER).encode();
    byte[] overheard;
    try (var good = dialAlice()) {
      good.getOutputStream().write(frame(hello));
      overheard = frame(proof(good, hello));
      good.getOutputStream().write(overheard);
      await("the first is let in", () -> alice.connected.contains(MALLORY));
    }
    await("it is gone", () -> !alice.connected.contains(MALLORY));
    assertHungUpOn(frame(hello), overheard);
    assertFalse(alice.connected.contains(MALLORY));
  }

  @Test
  void whatAliceSaysCannotBeSentBackToHer() throws IOException {
    try (var mirror = dialAlice()) {
      mirror.setSoTimeout(10_000);
      mirror.getOutputStream().write(readFrame(mirror));
      mirror.getOutputStream().write(readFrame(mirror));
      assertEquals(-1, mirror.getInputStream().read());
    }
    assertTrue(alice.identitiesInUse.isEmpty());
  }

  /** Or anybody could stop a node by claiming to be it. */
  @Test
  void whoClaimsToBeAliceMustProveIt() throws IOException {
    var claim =
        new Hello(
            TestPeer.CLUSTER, alice.id, 99, System.currentTimeMillis(), "127.0.0.1:1", 0, NONCE);
    assertHungUpOn(frame(claim.encode()), frame(Bytes.wrap(new byte[PeerSecret.PROOF_BYTES])));
    assertTrue(alice.identitiesInUse.isEmpty());
  }

  /** As one who knows the secret. */
  private void assertHungUpOnAsAMember(byte[] piece) throws IOException {
    try (var socket = dialAlice()) {
      shakeHands(socket);
      socket.getOutputStream().write(piece);
      assertHungUp(socket);
    }
  }

  private static void shakeHands(Socket socket) throws IOException {
    Bytes hello = hello(TestPeer.CLUSTER).encode();
    socket.getOutputStream().write(frame(hello));
    socket.getOutputStream().write(frame(proof(socket, hello)));
  }

  /** What only a member can say, once it has heard what alice drew. */
  private static Bytes proof(Socket socket, Bytes hello) throws IOException {
    byte[] frame = readFrame(socket);
    Bytes hers = Bytes.wrap(Arrays.copyOfRange(frame, Frames.HEADER_BYTES, frame.length));
    return new PeerSecret(TestPeer.SECRET).proof(/* dialled= */ true, hello, hers);
  }

  private static byte[] readFrame(Socket socket) throws IOException {
    byte[] length = socket.getInputStream().readNBytes(4);
    byte[] rest = socket.getInputStream().readNBytes(ByteBuffer.wrap(length).getInt());
    return ByteBuffer.allocate(4 + rest.length).put(length).put(rest).array();
  }

  private static void inSmallPieces(Socket socket, byte[] frame) throws IOException {
    for (byte piece : frame) {
      socket.getOutputStream().write(piece);
      socket.getOutputStream().flush();
    }
  }

  /** Alice must close the connection; bytes that she sends before are her own hello. */
  private void assertHungUpOn(byte[]... pieces) throws IOException {
    try (var socket = dialAlice()) {
      for (byte[] piece : pieces) {
        socket.getOutputStream().write(piece);
      }
      assertHungUp(socket);
    } catch (java.net.SocketException e) {
      // She may have hung up before all of it was written.
      assertTrue(String.valueOf(e.getMessage()).matches("Connection reset|Broken pipe"));
    }
  }

  private static void assertHungUp(Socket socket) throws IOException {
    try {
      socket.setSoTimeout(10_000);
      var in = socket.getInputStream();
      int next = 0;
      while (next >= 0) {
        next = in.read();
      }
    } catch (java.net.SocketException e) {
      // Closing with bytes unread resets the connection, which is hanging up as well.
      assertEquals("Connection reset", e.getMessage());
    }
  }

  private Socket dialAlice() throws IOException {
    return new Socket(alice.address.getAddress(), alice.address.getPort());
  }

  private static Hello hello(String cluster) {
    return new Hello(cluster, MALLORY, 1, System.currentTimeMillis(), "127.0.0.1:1", 0, NONCE);
  }

  private static byte[] frame(Bytes payload) {
    ByteBuf out = Unpooled.buffer();
    Frames.writeHeader(out, payload);
    out.writeBytes(payload.array());
    byte[] frame = new byte[out.readableBytes()];
    out.readBytes(frame);
    return frame;
  }
}
