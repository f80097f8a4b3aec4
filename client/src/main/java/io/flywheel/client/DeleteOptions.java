package io.flywheel.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a delete is done. Immutable: each method returns another one. {@link Delete} begins. */
public final class DeleteOptions {
  static final DeleteOptions USUAL = new DeleteOptions(0, null, 0, "", null, null);

  final int w;
  final @Nullable Level level;
  final int pw;
  final String context;
  final @Nullable RequestId requestId;
  final @Nullable Duration timeout;

  private DeleteOptions(
      int w,
      @Nullable Level level,
      int pw,
      String context,
      @Nullable RequestId requestId,
      @Nullable Duration timeout) {
    this.w = w;
    this.level = level;
    this.pw = pw;
    this.context = context;
    this.requestId = requestId;
    this.timeout = timeout;
  }

  /** How many nodes must have the deletion on disk before it is done: 1 to n. */
  public DeleteOptions w(int nodes) {
    return new DeleteOptions(nodes, null, pw, context, requestId, timeout);
  }

  /** The same by a name. */
  public DeleteOptions w(Level nodes) {
    return new DeleteOptions(0, nodes, pw, context, requestId, timeout);
  }

  /** How many of these must be primaries. */
  public DeleteOptions pw(int primaries) {
    return new DeleteOptions(w, level, primaries, context, requestId, timeout);
  }

  /** Deletes exactly what this context covers. Without one the node reads the key first. */
  public DeleteOptions context(String covered) {
    return new DeleteOptions(w, level, pw, covered, requestId, timeout);
  }

  /** As {@link PutOptions#requestId}. */
  public DeleteOptions requestId(RequestId id) {
    return new DeleteOptions(w, level, pw, context, id, timeout);
  }

  /** As {@link PutOptions#timeout}. */
  public DeleteOptions timeout(Duration longest) {
    return new DeleteOptions(w, level, pw, context, requestId, longest);
  }
}
