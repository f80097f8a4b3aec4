package io.flywheel.simulator.workload;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What a client knows of a key: the context that it was given, and the operations which that
 * context may cover.
 *
 * @param context null for none
 * @param read the operations whose values it saw
 * @param known those, and all that they had replaced
 * @param chained how many own writes went into it since the last read
 */
record Knowledge(@Nullable String context, BitSet read, BitSet known, int chained) {
  static final Knowledge NONE = new Knowledge(null, new BitSet(), new BitSet(), 0);

  static Knowledge ofRead(String context, BitSet read, BitSet known) {
    return new Knowledge(context.isEmpty() ? null : context, read, known, 0);
  }

  /** What a client knows that had sent {@code sent} with this knowledge and was given a context. */
  Knowledge afterOwn(Operation sent, String given) {
    var ownRead = new BitSet();
    ownRead.set(sent.number());
    var all = (BitSet) sent.known().clone();
    all.set(sent.number());
    return new Knowledge(given.isEmpty() ? null : given, ownRead, all, chained + 1);
  }
}
