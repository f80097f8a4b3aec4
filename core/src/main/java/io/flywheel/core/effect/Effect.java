package io.flywheel.core.effect;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node asks of whoever runs it. Effects are carried out in the order in which they were
 * appended, as far as that can be seen: a load sees every store before it or is answered from what
 * the node itself remembers.
 */
public sealed interface Effect {
  /** Try to deliver a message. No result; it may be lost. */
  record Send(NodeId to, Envelope envelope) implements Effect {}

  /** Keep trying to hold a connection to this peer address. */
  record Dial(String address) implements Effect {}

  /** Dial this address no more; a connection that is there may stay. */
  record StopDialling(String address) implements Effect {}

  /**
   * Read one record. The result comes back as {@link Loaded} to {@code Node.loaded} with the same
   * ticket, in any order.
   */
  record Load(long ticket, Table table, Bytes storageKey) implements Effect {}

  /**
   * Read a page of a table: from {@code from} on, up to and without {@code to}, or to the table's
   * end where that is null. A page ends early after so many entries or bytes, but has at least one
   * entry where there is one. It shows exactly the stores that were appended before it, durable or
   * not. The result comes back as {@link Scanned} to {@code Node.scanned} with the same ticket, in
   * any order.
   */
  record Scan(
      long ticket, Table table, Bytes from, @Nullable Bytes to, int maxEntries, int maxBytes)
      implements Effect {}

  /**
   * Make these mutations durable, all or none. Tickets ascend, stores become durable in their
   * order, and {@code Node.stored(ticket)} says that all up to that ticket have. There is no answer
   * for failure: whoever cannot carry out a store stops the process, because the page cache no
   * longer tells the truth after a failed sync, and the dot may have left the node.
   *
   * @param evenInPeriodicMode durable before its result also where others are synced periodically
   * @param urgent whether anybody waits for it; else it may wait a little, so that the next store's
   *     sync does for both
   */
  record Store(long ticket, List<Mutation> mutations, boolean evenInPeriodicMode, boolean urgent)
      implements Effect {}

  /**
   * Answer a client's request, once each.
   *
   * @param contextToken the outcome's context, sealed for the client; empty where there is none.
   *     Worked out by whoever asks for it, on any thread, each time
   */
  record Respond(long token, Key key, Outcome outcome, Supplier<String> contextToken)
      implements Effect {
    public Respond(long token, Key key, Outcome outcome) {
      this(token, key, outcome, () -> "");
    }
  }

  /**
   * Work out what the cluster is after this entry ({@code Cluster.after}), which takes a while, as
   * all copies are placed anew: not where requests wait. It depends on nothing else. The result
   * comes back to {@code Node.workedOut}.
   */
  record WorkOut(Cluster before, LogEntry entry) implements Effect {}

  /** Something an operator wants to know. */
  record Report(Severity severity, String text) implements Effect {}

  /** Stop the process, loudly: going on would risk data. */
  record Halt(String reason) implements Effect {}

  /** How much a report matters. */
  enum Severity {
    INFO,
    WARNING
  }
}
