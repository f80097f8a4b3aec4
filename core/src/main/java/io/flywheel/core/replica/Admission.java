package io.flywheel.core.replica;

import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Refusal;
import io.flywheel.core.message.Outcome.Refused;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a put fits beside what is there, decided before its dot is minted. This is the only place
 * that bounds a key: merging replicas must take whatever was admitted anywhere.
 *
 * @param refusal why not, or null
 * @param replaced what the put replaces: what its client had read and, where the namespace keeps
 *     the newest, the losers
 * @param losers siblings unread by its client that have to go for it
 */
record Admission(@Nullable Outcome refusal, Context replaced, List<Sibling> losers) {
  /** What a sibling takes beside its value: dot, flags, lengths, its request, its actor. */
  private static final int SIBLING_OVERHEAD_BYTES = 96;

  static Admission of(
      Siblings current, PutOrder order, NamespaceSettings namespace, Limits limits) {
    var survivors =
        namespace.lastWriteWins() ? new ArrayList<Sibling>() : current.unread(order.read());
    long bytes = size(order.write().value().length(), order.write().contentType());
    for (Sibling sibling : survivors) {
      bytes += size(sibling.value().length(), sibling.contentType());
    }
    var losers = new ArrayList<Sibling>();
    if (namespace.lastWriteWins() && !order.read().isEmpty()) {
      // Its client had read, and not this: the one conflict that a last write can be seen to win.
      losers.addAll(current.unread(order.read()));
      losers.removeIf(Sibling::tombstone);
    }
    while (survivors.size() + 1 > limits.siblings() || bytes > limits.objectBytes()) {
      if (namespace.overflow() == Overflow.REFUSE || survivors.isEmpty()) {
        return refused(survivors.size(), bytes, limits);
      }
      var oldest = survivors.removeFirst();
      bytes -= size(oldest.value().length(), oldest.contentType());
      losers.add(oldest);
    }
    var replaced = order.read();
    for (Sibling loser : losers) {
      replaced = replaced.withSingle(loser.dot());
    }
    return new Admission(null, replaced, losers);
  }

  /** Whether merging would bring a value that is not here yet; deletions bring none. */
  static boolean brings(Siblings current, Siblings incoming) {
    for (Sibling sibling : incoming.living()) {
      if (!sibling.tombstone() && !current.context().covers(sibling.dot())) {
        return true;
      }
    }
    return false;
  }

  private static Admission refused(int siblings, long bytes, Limits limits) {
    boolean tooMany = siblings + 1 > limits.siblings();
    var refusal = tooMany ? Refusal.TOO_MANY_SIBLINGS : Refusal.OBJECT_TOO_LARGE;
    String detail =
        tooMany
            ? "the key has "
                + siblings
                + " siblings that the context does not cover; read, merge,"
                + " and write with the new context"
            : "the key would take " + bytes + " of at most " + limits.objectBytes() + " bytes";
    return new Admission(new Refused(refusal, detail), Context.EMPTY, List.of());
  }

  private static long size(int valueBytes, String contentType) {
    return (long) valueBytes + contentType.length() + SIBLING_OVERHEAD_BYTES;
  }
}
