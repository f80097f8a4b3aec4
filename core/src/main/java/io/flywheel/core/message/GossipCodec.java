package io.flywheel.core.message;

import io.flywheel.core.message.Message.Gossip;
import io.flywheel.core.message.Message.News;
import io.flywheel.core.message.Message.Probe;
import io.flywheel.core.message.Message.ProbeReply;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What members tell each other of members, as bytes. */
final class GossipCodec {
  private static final int GOSSIP = 20;
  private static final int NEWS = 21;
  private static final int PROBE = 22;
  private static final int PROBE_REPLY = 23;

  /** More than any member sends. */
  private static final int MAX_STATES = 1024;

  private static final int LEAST_STATE_BYTES = 19;

  private GossipCodec() {}

  static void write(ByteWriter out, Message message) {
    switch (message) {
      case Gossip gossip -> {
        out.u8(GOSSIP).i64(gossip.from().value()).varint(gossip.digests().size());
        gossip.digests().forEach(out::i32);
        writeStates(out, gossip.news());
      }
      case News news -> writeStates(out.u8(NEWS), news.states());
      case Probe probe -> out.u8(PROBE).varint(probe.request()).i64(probe.target().value());
      case ProbeReply reply -> out.u8(PROBE_REPLY).varint(reply.request()).bool(reply.reached());
      default -> throw new IllegalArgumentException("no gossip: " + message);
    }
  }

  /** Null for another kind of message. */
  static @Nullable Message read(int kind, ByteReader in) throws MalformedException {
    return switch (kind) {
      case GOSSIP -> new Gossip(new NodeId(in.i64()), readDigests(in), readStates(in));
      case NEWS -> new News(readStates(in));
      case PROBE -> new Probe(in.varint(), new NodeId(in.i64()));
      case PROBE_REPLY -> new ProbeReply(in.varint(), in.bool());
      default -> null;
    };
  }

  private static List<Integer> readDigests(ByteReader in) throws MalformedException {
    int count = in.count(Math.min(MAX_STATES, in.remaining() / Integer.BYTES));
    var digests = new ArrayList<Integer>(count);
    for (int i = 0; i < count; i++) {
      digests.add(in.i32());
    }
    return digests;
  }

  private static void writeStates(ByteWriter out, List<MemberState> states) {
    out.varint(states.size());
    states.forEach(state -> state.write(out));
  }

  private static List<MemberState> readStates(ByteReader in) throws MalformedException {
    int count = in.count(Math.min(MAX_STATES, in.remaining() / LEAST_STATE_BYTES));
    var states = new ArrayList<MemberState>(count);
    for (int i = 0; i < count; i++) {
      states.add(MemberState.read(in));
    }
    return states;
  }
}
