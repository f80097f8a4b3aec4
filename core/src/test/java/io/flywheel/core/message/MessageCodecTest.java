package io.flywheel.core.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.Message.ForwardPut;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Refusal;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Claim;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.model.Verdict;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Ballot;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingMember;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.ring.Vote;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Fingerprint;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is said arrives as it was said, with its label, or is refused. */
final class MessageCodecTest {
  private static final Ballot BALLOT = new Ballot(7, new NodeId(3), 99);
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
  void everythingArrivesAsItWasSaid() throws MalformedException {
    for (Message message : everyKind()) {
      assertArrives(message);
    }
  }

  @Test
  void aMessageThatEndsTooEarlyIsRefused() {
    byte[] whole = MessageCodec.encode(envelope(forwardPut(new RequestId(1, 2)))).array();
    for (int length = 0; length < whole.length; length++) {
      var cut = Bytes.wrap(Arrays.copyOf(whole, length));
      assertThrows(MalformedException.class, () -> MessageCodec.decode(cut));
    }
  }

  /**
   * A frame has a checksum, so this is other software, or failing memory: each bit of each message
   * is flipped, each byte made zero, and each replaced by a number that is too large.
   */
  @Test
  void whateverIsInAMessageIsReadOrRefused() {
    var refusals = new TreeSet<String>();
    for (Message message : everyKind()) {
      byte[] whole = MessageCodec.encode(envelope(message)).array();
      for (int place = 0; place < whole.length; place++) {
        for (int bit = 0; bit < Byte.SIZE; bit++) {
          refusals.add(read(with(whole, place, (byte) (whole[place] ^ 1 << bit))));
        }
        refusals.add(read(with(whole, place, (byte) 0)));
        var large = new ByteWriter().raw(whole, 0, place).varint(-1);
        refusals.add(read(large.raw(whole, place + 1, whole.length - place - 1).toByteArray()));
      }
    }
    for (String reason :
        List.of(
            "outcome kind 0 is not known",
            "an expiry out of range",
            "a time out of range",
            "groups of no partitions",
            "a slice without a width",
            "an empty key",
            "a member without a name or a weight")) {
      assertTrue(refusals.contains(reason), reason + " is not among " + refusals);
    }
  }

  private static byte[] with(byte[] whole, int place, byte value) {
    byte[] changed = whole.clone();
    changed[place] = value;
    return changed;
  }

  private static String read(byte[] bytes) {
    try {
      MessageCodec.decode(Bytes.wrap(bytes));
      return "";
    } catch (MalformedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static List<Message> everyKind() {
    var node = new NodeId(3);
    var sum = new Fingerprint(4, 5);
    var slice = new Slice(6, 8, 7);
    var member = new Member(node, "node-1", "a:1", "a:2", Zone.DEFAULT, 1);
    var ring = Placement.form(List.of(new RingMember(node, Zone.DEFAULT, 1)), 4, 1);
    var states = List.of(new MemberState(Claim.of(node, 1, 2, 3, 2, 1, 0), Verdict.SUSPECT));
    var receipt = new Receipt(3, 2, 1, 2, 1, true, 0);
    var cluster = Cluster.formed(9, 5, RecordSettings.DEFAULT, List.of(member), ring);
    var newcomer = new Member(new NodeId(4), "node-2", "b:1", "b:2", Zone.DEFAULT, 1);
    var owner = new RingMember(newcomer.id(), Zone.DEFAULT, 1);
    var joining = new LogEntry.Begin(new RingChange.Add(owner), newcomer);
    return List.of(
        new Message.Heartbeat(1_000),
        new Message.Gossip(node, List.of(1, 2), states),
        new Message.News(states),
        new Message.Probe(7, node),
        new Message.ProbeReply(7, true),
        new Message.TransferAsk(7, 3, 6, Bytes.utf8("from"), Bytes.EMPTY, 1_000),
        Message.TransferPage.of(
            7, 41, List.of(KEY), List.of(Bytes.utf8("a record")), true, Bytes.utf8("next")),
        Message.TransferPage.refusal(7, Message.TransferStatus.NOT_YET),
        new Message.ReleaseAsk(7, List.of(KEY), List.of(sum)),
        new Message.ReleaseAnswer(7, List.of(0)),
        new Message.Announce(member, List.of("node-1", "node-2"), 4711),
        new Message.Formed(9, RecordSettings.DEFAULT, List.of(member), ring),
        forwardPut(new RequestId(1, 2)),
        new Message.ForwardReply(9, new Outcome.Written(Context.EMPTY, receipt)),
        new Message.ForwardReply(9, new Outcome.Refused(Refusal.BAD_QUORUM, "why")),
        new Message.ForwardReply(9, new Outcome.NotDone(Obstacle.OVERLOADED, "why")),
        new Message.ForwardReply(9, new Outcome.Unknown("why")),
        new ReplicaPut(7, KEY, 41, node, Bytes.utf8("a record")),
        new Message.RelayedPut(
            new ReplicaPut(7, KEY, 41, null, Bytes.utf8("a record")),
            List.of(new Replica.Primary(node), new Replica.FallbackFor(new NodeId(4), node))),
        new Message.PassedOnPut(node, 3, new ReplicaPut(7, KEY, 41, node, Bytes.utf8("a record"))),
        new Message.ReplicaPutReply(7, Message.PutStatus.FULL),
        new Message.ReplicaGet(7, KEY, true, 100),
        new Message.ReplicaGetReply(
            7, Message.GetStatus.FOUND, 3, 1, List.of(node), Bytes.utf8("a record")),
        new Message.GroupSums(7, 64, List.of(0, 1), List.of(sum, sum)),
        new Message.TreeSums(7, List.of(slice), List.of(sum)),
        new Message.TreeSumsReply(7, List.of(0, 64)),
        new Message.SliceKeys(7, slice, 4711),
        new Message.SliceKeysReply(7, List.of(KEY), List.of(sum), 4712),
        new Message.ReapAsk(7, 1_000, List.of(KEY), List.of(sum)),
        new Message.ReapAnswer(7, 3, List.of(0)),
        new Message.Reap(3, 1_000, List.of(KEY), List.of(sum)),
        new Message.Prepare(2, BALLOT, List.of()),
        new Message.Prepare(2, BALLOT, List.of(node)),
        new Message.Promise(2, BALLOT, null),
        new Message.Promise(2, BALLOT, new Vote(BALLOT, new LogEntry.Ready())),
        new Message.Accept(2, new Vote(BALLOT, joining)),
        new Message.Accepted(2, BALLOT),
        new Message.Refusal(2, BALLOT, Ballot.NONE),
        new Message.Decided(
            2, new LogEntry.Begin(new RingChange.Replicate(Replication.spread(5)), null)),
        new Message.Decided(2, new LogEntry.Undo(List.of(node))),
        new Message.Decided(2, new LogEntry.Reshape(RecordSettings.DEFAULT)),
        new Message.Decided(2, new LogEntry.Lost(List.of(node))),
        new Message.Decided(2, new LogEntry.Lost(List.of(node), new LogEntry.Done())),
        new Message.RingAsk(1),
        new Message.RingNews(cluster.after(joining), 4, 2),
        new Message.JoinAsk(newcomer, "node-1", List.of(NamespaceSettings.LWW)),
        new Message.JoinRefusal("why"));
  }

  private static ForwardPut forwardPut(@Nullable RequestId id) {
    var read = Context.EMPTY.withSingle(new Dot(new Actor(5, 6), 7));
    var reach = new Reach(Reach.Scope.LOCAL, "dc1");
    var write = Write.of(Bytes.utf8("v"));
    return new ForwardPut(9, KEY, 41, write, read, 1_000, 2, 1, reach, id, 250);
  }

  private static void assertArrives(Message message) throws MalformedException {
    var envelope = envelope(message);
    assertEquals(envelope, MessageCodec.decode(MessageCodec.encode(envelope)));
  }

  private static Envelope envelope(Message message) {
    return new Envelope(new NodeId(1), 2, 3, 4, 5, 6, message);
  }
}
