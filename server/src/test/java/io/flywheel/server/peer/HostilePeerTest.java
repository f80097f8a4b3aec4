package io.flywheel.server.peer;

import static io.flywheel.server.peer.TestPeer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
    bob.send(alice.id, new Heartbeat(7, 7));
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
    var forged = new Envelope(bob.id, 1, 1, 0, 0, 0, new Heartbeat(1, 1));
    assertHungUpOn(frame(hello(TestPeer.CLUSTER).encode()), frame(MessageCodec.encode(forged)));
    assertTrue(alice.received.isEmpty());
  }

  @Test
  void aMessageThatIsNoneEndsTheConnection() throws IOException {
    assertHungUpOn(frame(hello(TestPeer.CLUSTER).encode()), frame(Bytes.utf8("hello?")));
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
      mallory.getOutputStream().write(frame(hello(TestPeer.CLUSTER).encode()));
      await("mallory is let in", () -> alice.connected.contains(MALLORY));
      var large =
          new Message.ReplicaGetReply(1, Message.GetStatus.FOUND, 0, Bytes.wrap(new byte[1 << 20]));
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
      for (byte piece : frame(hello(TestPeer.CLUSTER).encode())) {
        mallory.getOutputStream().write(piece);
        mallory.getOutputStream().flush();
      }
      await("it is let in", () -> alice.connected.contains(MALLORY));
    }
  }

  /** Alice must close the connection; bytes that she sends before are her own hello. */
  private void assertHungUpOn(byte[]... pieces) throws IOException {
    try (var socket = dialAlice()) {
      socket.setSoTimeout(10_000);
      for (byte[] piece : pieces) {
        socket.getOutputStream().write(piece);
      }
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
    return new Hello(cluster, MALLORY, 1, System.currentTimeMillis(), "127.0.0.1:1", 0);
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
