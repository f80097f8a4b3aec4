package io.flywheel.core.message;

import io.flywheel.core.message.Message.Accept;
import io.flywheel.core.message.Message.Accepted;
import io.flywheel.core.message.Message.Decided;
import io.flywheel.core.message.Message.JoinAsk;
import io.flywheel.core.message.Message.JoinRefusal;
import io.flywheel.core.message.Message.Prepare;
import io.flywheel.core.message.Message.Promise;
import io.flywheel.core.message.Message.Refusal;
import io.flywheel.core.message.Message.RingAsk;
import io.flywheel.core.message.Message.RingNews;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.ring.Ballot;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Vote;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What members tell each other of the ring log, as bytes. */
final class RingCodec {
  private static final int PREPARE = 50;
  private static final int PROMISE = 51;
  private static final int ACCEPT = 52;
  private static final int ACCEPTED = 53;
  private static final int REFUSAL = 54;
  private static final int DECIDED = 55;
  private static final int RING_ASK = 56;
  private static final int RING_NEWS = 57;
  private static final int JOIN_ASK = 58;
  private static final int JOIN_REFUSAL = 59;

  private static final int MAX_TEXT_BYTES = 1024;

  private RingCodec() {}

  static void write(ByteWriter out, Message.AboutRing message) {
    switch (message) {
      case Prepare(var epoch, var ballot, var lost) -> {
        ballot.write(out.u8(PREPARE).varint(epoch));
        LogEntry.write(out, lost);
      }
      case Promise(var epoch, var ballot, var vote) -> {
        ballot.write(out.u8(PROMISE).varint(epoch));
        out.bool(vote != null);
        if (vote != null) {
          vote.write(out);
        }
      }
      case Accept(var epoch, var vote) -> vote.write(out.u8(ACCEPT).varint(epoch));
      case Accepted(var epoch, var ballot) -> ballot.write(out.u8(ACCEPTED).varint(epoch));
      case Refusal(var epoch, var ballot, var promised) -> {
        ballot.write(out.u8(REFUSAL).varint(epoch));
        promised.write(out);
      }
      case Decided(var epoch, var entry) -> entry.write(out.u8(DECIDED).varint(epoch));
      case RingAsk(var epoch) -> out.u8(RING_ASK).varint(epoch);
      case RingNews(var cluster, var era, var closed) ->
          cluster.write(out.u8(RING_NEWS).varint(era).varint(closed));
      case JoinAsk(var member, var replaces, var namespaces) -> {
        member.write(out.u8(JOIN_ASK).text(replaces));
        out.varint(namespaces.size());
        namespaces.forEach(namespace -> namespace.write(out));
      }
      case JoinRefusal(var reason) -> out.u8(JOIN_REFUSAL).text(reason);
    }
  }

  /** Null for another kind of message. */
  static @Nullable Message read(int kind, ByteReader in) throws MalformedException {
    return switch (kind) {
      case PREPARE -> new Prepare(in.varint(), Ballot.read(in), LogEntry.readNodes(in));
      case PROMISE -> new Promise(in.varint(), Ballot.read(in), in.bool() ? Vote.read(in) : null);
      case ACCEPT -> new Accept(in.varint(), Vote.read(in));
      case ACCEPTED -> new Accepted(in.varint(), Ballot.read(in));
      case REFUSAL -> new Refusal(in.varint(), Ballot.read(in), Ballot.read(in));
      case DECIDED -> new Decided(in.varint(), LogEntry.read(in));
      case RING_ASK -> new RingAsk(in.varint());
      case RING_NEWS -> {
        long era = in.varint();
        long closed = in.varint();
        yield new RingNews(Cluster.read(in), era, closed);
      }
      case JOIN_ASK -> {
        String replaces = in.text(MAX_TEXT_BYTES);
        yield new JoinAsk(Member.read(in), replaces, readNamespaces(in));
      }
      case JOIN_REFUSAL -> new JoinRefusal(in.text(MAX_TEXT_BYTES));
      default -> null;
    };
  }

  private static List<NamespaceSettings> readNamespaces(ByteReader in) throws MalformedException {
    int count = in.count(Math.min(RecordSettings.MOST_NAMESPACES, in.remaining()));
    var namespaces = new ArrayList<NamespaceSettings>(count);
    for (int i = 0; i < count; i++) {
      namespaces.add(NamespaceSettings.read(in));
    }
    return List.copyOf(namespaces);
  }
}
