package io.flywheel.core.effect;

import io.flywheel.core.model.Bytes;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks for pages of tables, and brings each to whoever asked. */
public final class Scanner {
  private final Outbox outbox;
  private final Map<Long, Consumer<Scanned>> underWay = new HashMap<>();
  private long lastScan;

  public Scanner(Outbox outbox) {
    this.outbox = outbox;
  }

  /** As {@link Effect.Scan} says. */
  public void scan(
      Table table,
      Bytes from,
      @Nullable Bytes to,
      int maxEntries,
      int maxBytes,
      Consumer<Scanned> whenRead) {
    underWay.put(++lastScan, whenRead);
    outbox.add(new Effect.Scan(lastScan, table, from, to, maxEntries, maxBytes));
  }

  public void scanned(long ticket, Scanned result) {
    var whenRead = underWay.remove(ticket);
    if (whenRead != null) {
      whenRead.accept(result);
    }
  }
}
