package io.flywheel.core.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flywheel.core.message.Message.ForwardPut;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is said arrives as it was said, with its label, or is refused. */
final class MessageCodecTest {
  private static final Key KEY = Key.of("default", "cart:42");

  @Test
  void aForwardedPutKeepsItsLabelItsContextAndItsId() throws MalformedException {
    assertArrives(forwardPut(new RequestId(1, 2)));
    assertArrives(forwardPut(null));
  }

  @Test
  void aRecordKeepsItsLabelAndItsOwner() throws MalformedException {
    assertArrives(new ReplicaPut(7, KEY, 41, new NodeId(3), Bytes.utf8("a record")));
    assertArrives(new ReplicaPut(7, KEY, Long.MAX_VALUE, null, Bytes.EMPTY));
  }

  @Test
  void aMessageThatEndsTooEarlyIsRefused() {
    byte[] whole = MessageCodec.encode(envelope(forwardPut(new RequestId(1, 2)))).array();
    for (int length = 0; length < whole.length; length++) {
      var cut = Bytes.wrap(Arrays.copyOf(whole, length));
      assertThrows(MalformedException.class, () -> MessageCodec.decode(cut));
    }
  }

  private static ForwardPut forwardPut(@Nullable RequestId id) {
    var read = Context.EMPTY.withSingle(new Dot(new Actor(5, 6), 7));
    return new ForwardPut(9, KEY, 41, Write.of(Bytes.utf8("v")), read, 1_000, 2, 1, id, 250);
  }

  private static void assertArrives(Message message) throws MalformedException {
    var envelope = envelope(message);
    assertEquals(envelope, MessageCodec.decode(MessageCodec.encode(envelope)));
  }

  private static Envelope envelope(Message message) {
    return new Envelope(new NodeId(1), 2, 3, 4, 5, 6, message);
  }
}
