package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the members decide, one entry for each epoch: the ring log. {@link Cluster#after} says what
 * an entry makes of the cluster; it is a pure function, so who has the same entries has the same
 * cluster.
 */
public sealed interface LogEntry {
  /**
   * The ring begins to change.
   *
   * @param newcomer who is added, or takes another's place; null where nobody is
   */
  record Begin(RingChange change, @Nullable Member newcomer) implements LogEntry {}

  /** All copies have arrived where they belong after the change. */
  record Ready() implements LogEntry {}

  /** The change is over: the next ring is the ring or, of one that was undone, the one before. */
  record Done() implements LogEntry {}

  /**
   * The change goes back to the ring before.
   *
   * @param givenUp members that are gone, and that nobody waits for on the way back
   */
  record Undo(List<NodeId> givenUp) implements LogEntry {
    public Undo() {
      this(List.of());
    }
  }

  default void write(ByteWriter out) {
    switch (this) {
      case Begin(var change, var newcomer) -> {
        change.write(out.u8(1));
        out.bool(newcomer != null);
        if (newcomer != null) {
          newcomer.write(out);
        }
      }
      case Ready _ -> out.u8(2);
      case Done _ -> out.u8(3);
      case Undo(var givenUp) -> {
        out.u8(4).varint(givenUp.size());
        givenUp.forEach(node -> out.i64(node.value()));
      }
    }
  }

  static LogEntry read(ByteReader in) throws MalformedException {
    int kind = in.u8();
    return switch (kind) {
      case 1 -> new Begin(RingChange.read(in), in.bool() ? Member.read(in) : null);
      case 2 -> new Ready();
      case 3 -> new Done();
      case 4 -> new Undo(readNodes(in));
      default -> throw new MalformedException("an entry of the unknown kind " + kind);
    };
  }

  /** As many as are named. */
  static List<NodeId> readNodes(ByteReader in) throws MalformedException {
    int count = in.count(in.remaining() / Long.BYTES);
    var nodes = new ArrayList<NodeId>(count);
    for (int i = 0; i < count; i++) {
      nodes.add(new NodeId(in.i64()));
    }
    return List.copyOf(nodes);
  }
}
