package io.flywheel.server.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever the bytes, a decoder answers with a value or with a {@link MalformedException}. */
final class FrameFuzzTest {
  private static final Bytes NONCE = Bytes.utf8("0123456789abcdef");

  private static final int ROUNDS = 20_000;

  @Test
  void framesComeBackWholeHoweverTheyAreCut() throws MalformedException {
    var random = new SplittableRandom(1);
    for (int round = 0; round < 200; round++) {
      var sent = new ArrayList<Bytes>();
      ByteBuf stream = Unpooled.buffer();
      for (int i = random.nextInt(5); i >= 0; i--) {
        byte[] payload = new byte[1 + random.nextInt(500)];
        random.nextBytes(payload);
        sent.add(Bytes.wrap(payload));
        Frames.writeHeader(stream, sent.getLast());
        stream.writeBytes(payload);
      }
      var received = new ArrayList<Bytes>();
      ByteBuf arrived = Unpooled.buffer();
      while (stream.isReadable()) {
        arrived.writeBytes(stream, Math.min(stream.readableBytes(), 1 + random.nextInt(300)));
        for (Bytes next = Frames.next(arrived, 500);
            next != null;
            next = Frames.next(arrived, 500)) {
          received.add(next);
        }
      }
      assertEquals(sent, received);
    }
  }

  @Test
  void aDamagedFrameIsNeverTakenForAnother() {
    var random = new SplittableRandom(2);
    Bytes payload = Bytes.utf8("a payload of some length, to be damaged somewhere");
    for (int round = 0; round < ROUNDS; round++) {
      ByteBuf frame = Unpooled.buffer();
      Frames.writeHeader(frame, payload);
      frame.writeBytes(payload.array());
      int at = random.nextInt(frame.readableBytes());
      frame.setByte(at, frame.getByte(at) ^ 1 << random.nextInt(8));
      try {
        Bytes read = Frames.next(frame, 1_000);
        assertTrue(read == null, "damage at " + at + " was not noticed");
      } catch (MalformedException e) {
        assertTrue(String.valueOf(e.getMessage()).length() > 5);
      }
    }
  }

  @Test
  void noiseIsNoFrame() {
    var random = new SplittableRandom(3);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] noise = new byte[random.nextInt(64)];
      random.nextBytes(noise);
      assertBounded(() -> Frames.next(Unpooled.wrappedBuffer(noise), Frames.MOST_MESSAGE_BYTES));
    }
  }

  @Test
  void damagedHellosAndMessagesAreMalformedOrDifferent() {
    var random = new SplittableRandom(4);
    Bytes hello = new Hello("test", new NodeId(5), 1, 2, "127.0.0.1:7501", 3, NONCE).encode();
    List<Bytes> messages = messages();
    for (int round = 0; round < ROUNDS; round++) {
      assertBounded(() -> Hello.decode(damaged(hello, random)));
      Bytes message = messages.get(random.nextInt(messages.size()));
      assertBounded(() -> MessageCodec.decode(damaged(message, random)));
    }
  }

  @Test
  void helloSaysWhatIsWrong() throws MalformedException {
    var hello = new Hello("test", new NodeId(5), 1, 2, "127.0.0.1:7501", 3, NONCE);
    assertEquals(hello, Hello.decode(hello.encode()));
    byte[] other = hello.encode().array().clone();
    other[5] = 42;
    var refusal = assertThrows(MalformedException.class, () -> Hello.decode(Bytes.wrap(other)));
    assertTrue(String.valueOf(refusal.getMessage()).contains("version 42"));
  }

  private interface Decoding {
    @Nullable Object decode() throws MalformedException;
  }

  private static void assertBounded(Decoding decoding) {
    try {
      decoding.decode();
    } catch (MalformedException e) {
      assertTrue(String.valueOf(e.getMessage()).length() > 5);
    }
  }

  private static Bytes damaged(Bytes sound, SplittableRandom random) {
    byte[] bytes = sound.array().clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
    return Bytes.wrap(java.util.Arrays.copyOf(bytes, length));
  }

  private static List<Bytes> messages() {
    Key key = Key.of("default", "cart:42");
    Member member =
        new Member(new NodeId(1), "node-1", "127.0.0.1:7401", "127.0.0.1:7501", Zone.DEFAULT, 1);
    return List.of(
            new Message.Heartbeat(4),
            new Message.Announce(member, List.of("node-1", "node-2"), 4711),
            new Message.ReplicaPut(7, key, 3, new NodeId(5), Bytes.utf8("no record")),
            new Message.ReplicaPutReply(7, Message.PutStatus.STORED),
            new Message.ReplicaGet(8, key, true, 1_000),
            new Message.ReplicaGetReply(
                8, Message.GetStatus.ABSENT, 3, 2, List.of(new NodeId(5)), Bytes.EMPTY))
        .stream()
        .map(message -> new Envelope(new NodeId(1), 2, 3, 4, 5, 6, message))
        .map(MessageCodec::encode)
        .toList();
  }
}
