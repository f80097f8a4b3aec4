package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
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

  /** The settings that shape records are these from now on; nothing moves for it. */
  record Reshape(RecordSettings records) implements LogEntry {}

  /**
   * These members are lost: an operator says that they are destroyed, and never to return. They are
   * members until they are removed or replaced, but have no say any more, and nobody waits for
   * them.
   *
   * @param first what may have been decided in its place, and comes before it then; null where
   *     nothing may have been
   */
  record Lost(List<NodeId> nodes, @Nullable LogEntry first) implements LogEntry {
    public Lost(List<NodeId> nodes) {
      this(nodes, null);
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
      case Undo(var givenUp) -> write(out.u8(4), givenUp);
      case Lost(var nodes, var first) -> {
        write(out.u8(5), nodes);
        out.bool(first != null);
        if (first != null) {
          first.write(out);
        }
      }
      case Reshape(var records) -> records.write(out.u8(6));
    }
  }

  static LogEntry read(ByteReader in) throws MalformedException {
    return read(in, true);
  }

  private static LogEntry read(ByteReader in, boolean mayNest) throws MalformedException {
    int kind = in.u8();
    return switch (kind) {
      case 1 -> new Begin(RingChange.read(in), in.bool() ? Member.read(in) : null);
      case 2 -> new Ready();
      case 3 -> new Done();
      case 4 -> new Undo(readNodes(in));
      case 6 -> new Reshape(RecordSettings.read(in));
      case 5 -> new Lost(readNodes(in), readFirst(in, mayNest));
      default -> throw new MalformedException("an entry of the unknown kind " + kind);
    };
  }

  private static @Nullable LogEntry readFirst(ByteReader in, boolean mayNest)
      throws MalformedException {
    if (!in.bool()) {
      return null;
    }
    if (!mayNest) {
      throw new MalformedException("an entry within an entry within an entry");
    }
    return read(in, false);
  }

  /** How many, and each. */
  static void write(ByteWriter out, List<NodeId> nodes) {
    out.varint(nodes.size());
    nodes.forEach(node -> out.i64(node.value()));
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
