package io.flywheel.core.message;

import io.flywheel.core.message.Message.Announce;
import io.flywheel.core.message.Message.Formed;
import io.flywheel.core.message.Message.ForwardPut;
import io.flywheel.core.message.Message.ForwardReply;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.Gossip;
import io.flywheel.core.message.Message.Heartbeat;
import io.flywheel.core.message.Message.News;
import io.flywheel.core.message.Message.PassedOnPut;
import io.flywheel.core.message.Message.Probe;
import io.flywheel.core.message.Message.ProbeReply;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.Reap;
import io.flywheel.core.message.Message.ReapAnswer;
import io.flywheel.core.message.Message.ReapAsk;
import io.flywheel.core.message.Message.RelayedPut;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Refusal;
import io.flywheel.core.message.Outcome.Refused;
import io.flywheel.core.message.Outcome.Unknown;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Envelopes as bytes. The first byte of a message is its kind; kinds are never given another
 * meaning. Framing, length and checksum are the transport's.
 */
public final class MessageCodec {
  /** The largest encoded envelope. */
  public static final int MAX_BYTES = SiblingsCodec.MAX_RECORD_BYTES + (64 << 10);

  private static final int MAX_MEMBERS = 10_000;
  private static final int MAX_TEXT_BYTES = 1024;

  private static final int HEARTBEAT = 1;
  private static final int ANNOUNCE = 2;
  private static final int FORMED = 3;
  private static final int FORWARD_PUT = 4;
  private static final int FORWARD_REPLY = 5;
  private static final int REPLICA_PUT = 6;
  private static final int REPLICA_PUT_REPLY = 7;
  private static final int REPLICA_GET = 8;
  private static final int REPLICA_GET_REPLY = 9;
  private static final int RELAYED_PUT = 10;
  private static final int PASSED_ON_PUT = 11;

  private static final int WRITTEN = 1;
  private static final int REFUSED = 2;
  private static final int NOT_DONE = 3;
  private static final int UNKNOWN = 4;

  private MessageCodec() {}

  public static Bytes encode(Envelope envelope) {
    var out = new ByteWriter(expectedBytes(envelope.message()));
    out.i64(envelope.from().value()).i64(envelope.startId()).varint(envelope.sequence());
    out.i64(envelope.clusterId()).i64(envelope.settings()).varint(envelope.epoch());
    writeMessage(out, envelope.message());
    return out.toBytes();
  }

  public static Envelope decode(Bytes bytes) throws MalformedException {
    var in = new ByteReader(bytes.array());
    var envelope =
        new Envelope(
            new NodeId(in.i64()),
            in.i64(),
            in.varint(),
            in.i64(),
            in.i64(),
            in.varint(),
            readMessage(in));
    in.end();
    return envelope;
  }

  private static int expectedBytes(Message message) {
    return 128
        + switch (message) {
          case ReplicaPut put -> put.record().length();
          case RelayedPut relayed -> relayed.put().record().length();
          case PassedOnPut passed -> passed.put().record().length();
          case ReplicaGetReply reply -> reply.record().length();
          case ForwardPut put -> put.write().value().length();
          case Message.TransferPage page ->
              page.records().stream().mapToInt(record -> record.length() + 64).sum();
          default -> 0;
        };
  }

  private static void writeMessage(ByteWriter out, Message message) {
    switch (message) {
      case Heartbeat beat -> out.u8(HEARTBEAT).varint(beat.wallMillis());
      case Announce announce -> {
        out.u8(ANNOUNCE);
        announce.member().write(out);
        out.varint(announce.initialMembers().size());
        announce.initialMembers().forEach(out::text);
        out.i64(announce.beginning());
      }
      case Formed formed -> {
        formed.records().write(out.u8(FORMED).i64(formed.clusterId()));
        out.varint(formed.members().size());
        formed.members().forEach(member -> member.write(out));
        formed.ring().write(out);
      }
      case ForwardPut put -> writeForwardPut(out.u8(FORWARD_PUT), put);
      case ForwardReply reply -> {
        out.u8(FORWARD_REPLY).varint(reply.request());
        writeOutcome(out, reply.outcome());
      }
      case ReplicaPut put -> writeReplicaPut(out.u8(REPLICA_PUT), put);
      case RelayedPut relayed -> {
        writeReplicaPut(out.u8(RELAYED_PUT), relayed.put());
        out.varint(relayed.others().size());
        relayed.others().forEach(other -> writeReplica(out, other));
      }
      case PassedOnPut passed -> {
        out.u8(PASSED_ON_PUT).i64(passed.coordinator().value()).varint(passed.epoch());
        writeReplicaPut(out, passed.put());
      }
      case ReplicaPutReply reply ->
          out.u8(REPLICA_PUT_REPLY).varint(reply.request()).u8(reply.status().code());
      case ReplicaGet get -> {
        out.u8(REPLICA_GET).varint(get.request());
        get.key().write(out);
        out.bool(get.standIn()).varint(get.timeoutMillis());
      }
      case ReplicaGetReply reply -> {
        out.u8(REPLICA_GET_REPLY).varint(reply.request()).u8(reply.status().code());
        out.varint(reply.era()).varint(reply.closed()).varint(reply.owed().size());
        reply.owed().forEach(owner -> out.i64(owner.value()));
        out.bytes(reply.record());
      }
      case Gossip _, News _, Probe _, ProbeReply _ -> GossipCodec.write(out, message);
      case Message.AboutTrees trees -> TreeCodec.write(out, trees);
      case Message.AboutRing ring -> RingCodec.write(out, ring);
      case ReapAsk _, ReapAnswer _, Reap _ -> ReapCodec.write(out, message);
      case Message.AboutTransfers transfer -> TransferCodec.write(out, transfer);
    }
  }

  private static Message readMessage(ByteReader in) throws MalformedException {
    int kind = in.u8();
    return switch (kind) {
      case HEARTBEAT -> new Heartbeat(in.varint());
      case ANNOUNCE -> new Announce(Member.read(in), readTexts(in), in.i64());
      case FORMED -> new Formed(in.i64(), RecordSettings.read(in), readMembers(in), Ring.read(in));
      case FORWARD_PUT -> readForwardPut(in);
      case FORWARD_REPLY -> new ForwardReply(in.varint(), readOutcome(in));
      case REPLICA_PUT -> readReplicaPut(in);
      case RELAYED_PUT -> new RelayedPut(readReplicaPut(in), readReplicas(in));
      case PASSED_ON_PUT -> new PassedOnPut(new NodeId(in.i64()), in.varint(), readReplicaPut(in));
      case REPLICA_PUT_REPLY -> new ReplicaPutReply(in.varint(), constant(in, PutStatus.values()));
      case REPLICA_GET -> new ReplicaGet(in.varint(), Key.read(in), in.bool(), readTimeout(in));
      case REPLICA_GET_REPLY ->
          new ReplicaGetReply(
              in.varint(),
              constant(in, GetStatus.values()),
              in.varint(),
              in.varint(),
              readNodes(in),
              in.bytes(SiblingsCodec.MAX_RECORD_BYTES));
      default -> {
        var message = TreeCodec.read(kind, in);
        if (message == null) {
          message = ReapCodec.read(kind, in);
        }
        if (message == null) {
          message = GossipCodec.read(kind, in);
        }
        if (message == null) {
          message = TransferCodec.read(kind, in);
        }
        if (message == null) {
          message = RingCodec.read(kind, in);
        }
        if (message == null) {
          throw new MalformedException("message kind " + kind + " is not known");
        }
        yield message;
      }
    };
  }

  private static void writeForwardPut(ByteWriter out, ForwardPut put) {
    out.varint(put.request());
    put.key().write(out);
    out.varint(put.era());
    put.write().write(out);
    SiblingsCodec.writeContext(out, put.context());
    out.varint(put.expiryMillis()).varint(put.w()).varint(put.pw());
    put.reach().write(out);
    var id = put.id();
    out.bool(id != null);
    if (id != null) {
      id.write(out);
    }
    out.varint(put.timeoutMillis());
  }

  private static ForwardPut readForwardPut(ByteReader in) throws MalformedException {
    return new ForwardPut(
        in.varint(),
        Key.read(in),
        in.varint(),
        Write.read(in),
        SiblingsCodec.readContext(in),
        readExpiry(in),
        in.count(Short.MAX_VALUE),
        in.count(Short.MAX_VALUE),
        Reach.read(in),
        in.bool() ? RequestId.read(in) : null,
        readTimeout(in));
  }

  private static void writeOutcome(ByteWriter out, Outcome outcome) {
    switch (outcome) {
      case Written written -> {
        SiblingsCodec.writeContext(out.u8(WRITTEN), written.context());
        written.receipt().write(out);
      }
      case Refused refused -> out.u8(REFUSED).u8(refused.refusal().code()).text(refused.detail());
      case NotDone notDone -> out.u8(NOT_DONE).u8(notDone.obstacle().code()).text(notDone.detail());
      case Unknown unknown -> out.u8(UNKNOWN).text(unknown.detail());
      case Outcome.Found _, Outcome.Explained _, Outcome.Repaired _ ->
          throw new IllegalArgumentException("not the outcome of a write");
    }
  }

  private static Outcome readOutcome(ByteReader in) throws MalformedException {
    int kind = in.u8();
    return switch (kind) {
      case WRITTEN -> new Written(SiblingsCodec.readContext(in), Receipt.read(in));
      case REFUSED -> new Refused(constant(in, Refusal.values()), in.text(MAX_TEXT_BYTES));
      case NOT_DONE -> new NotDone(constant(in, Obstacle.values()), in.text(MAX_TEXT_BYTES));
      case UNKNOWN -> new Unknown(in.text(MAX_TEXT_BYTES));
      default -> throw new MalformedException("outcome kind " + kind + " is not known");
    };
  }

  private static void writeReplicaPut(ByteWriter out, ReplicaPut put) {
    out.varint(put.request());
    put.key().write(out);
    out.varint(put.era());
    writeOwner(out, put.owner());
    out.bytes(put.record());
  }

  private static ReplicaPut readReplicaPut(ByteReader in) throws MalformedException {
    return new ReplicaPut(
        in.varint(),
        Key.read(in),
        in.varint(),
        readOwner(in),
        in.bytes(SiblingsCodec.MAX_RECORD_BYTES));
  }

  private static void writeReplica(ByteWriter out, Replica replica) {
    out.i64(replica.node().value());
    writeOwner(out, replica instanceof Replica.Primary ? null : replica.owner());
  }

  private static List<Replica> readReplicas(ByteReader in) throws MalformedException {
    int count = in.count(Math.min(MAX_MEMBERS, in.remaining() / Long.BYTES));
    var replicas = new ArrayList<Replica>(count);
    for (int i = 0; i < count; i++) {
      var node = new NodeId(in.i64());
      var owner = readOwner(in);
      replicas.add(
          owner == null ? new Replica.Primary(node) : new Replica.FallbackFor(node, owner));
    }
    return List.copyOf(replicas);
  }

  private static void writeOwner(ByteWriter out, @Nullable NodeId owner) {
    out.bool(owner != null);
    if (owner != null) {
      out.i64(owner.value());
    }
  }

  private static @Nullable NodeId readOwner(ByteReader in) throws MalformedException {
    return in.bool() ? new NodeId(in.i64()) : null;
  }

  private static List<NodeId> readNodes(ByteReader in) throws MalformedException {
    int count = in.count(Math.min(MAX_MEMBERS, in.remaining() / Long.BYTES));
    var nodes = new ArrayList<NodeId>(count);
    for (int i = 0; i < count; i++) {
      nodes.add(new NodeId(in.i64()));
    }
    return List.copyOf(nodes);
  }

  private static List<String> readTexts(ByteReader in) throws MalformedException {
    int count = in.count(Math.min(MAX_MEMBERS, in.remaining()));
    var texts = new ArrayList<String>(count);
    for (int i = 0; i < count; i++) {
      texts.add(in.text(MAX_TEXT_BYTES));
    }
    return List.copyOf(texts);
  }

  private static List<Member> readMembers(ByteReader in) throws MalformedException {
    int count = in.count(Math.min(MAX_MEMBERS, in.remaining()));
    var members = new ArrayList<Member>(count);
    for (int i = 0; i < count; i++) {
      members.add(Member.read(in));
    }
    return List.copyOf(members);
  }

  private static long readExpiry(ByteReader in) throws MalformedException {
    long millis = in.varint();
    if (millis < 0) {
      throw new MalformedException("an expiry out of range");
    }
    return millis;
  }

  private static long readTimeout(ByteReader in) throws MalformedException {
    return in.count(Integer.MAX_VALUE);
  }

  static <C extends Coded> C constant(ByteReader in, C[] all) throws MalformedException {
    int code = in.u8();
    for (C constant : all) {
      if (constant.code() == code) {
        return constant;
      }
    }
    throw new MalformedException("a code of " + code + " is not known");
  }
}
