package io.flywheel.core.effect;

import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The disk beneath a node, as whoever runs the node sees it. Written by one thread at a time,
 * synced by one, which may be another; read by any.
 *
 * <p>After any exception of {@link #write} or {@link #sync} the state is unknown: the process must
 * stop and may use the directory again only after recovery.
 */
public interface Storage extends AutoCloseable {
  /** The newest value written, synced or not. Never throws: a failed read is a result. */
  Loaded load(Table table, Bytes storageKey);

  /**
   * Applies the mutations in order, all or none: after a crash either all are there or none is. Not
   * durable before the next {@link #sync}; a crash may lose any suffix of the unsynced writes and
   * nothing else.
   */
  void write(List<Mutation> mutations) throws IOException;

  /**
   * Like {@link #write}, unless the storage would keep the writer waiting now: then nothing is
   * written, and it returns false.
   */
  default boolean writeAtOnce(List<Mutation> mutations) throws IOException {
    write(mutations);
    return true;
  }

  /** Returns once everything written before is durable. */
  void sync() throws IOException;

  /**
   * The records of a table from {@code from} on, up to and without {@code to}, or to its end where
   * that is null, as they are when this is called: exactly what was written before. Opened by the
   * writing thread, read by any one thread.
   */
  Cursor cursor(Table table, Bytes from, @Nullable Bytes to);

  /** A view of one range of a table. */
  interface Cursor extends AutoCloseable {
    /**
     * The range's first entries: as many as fit the bounds, and at least one where there is one.
     * Never throws: a failed read is a result.
     */
    Scanned read(int maxEntries, int maxBytes);

    @Override
    void close();
  }

  /** All metadata, for a node's start. */
  Map<Bytes, Bytes> metadata() throws IOException;

  @Override
  void close();
}
