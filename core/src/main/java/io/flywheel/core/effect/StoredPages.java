package io.flywheel.core.effect;

import io.flywheel.core.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/** Pages of a table that is kept in memory, cut as {@link Effect.Scan} says. */
public final class StoredPages {
  private StoredPages() {}

  public static Scanned.Page read(NavigableMap<Bytes, Bytes> table, Effect.Scan scan) {
    var to = scan.to();
    if (to != null && scan.from().compareTo(to) >= 0) {
      return new Scanned.Page(List.of(), null);
    }
    var range =
        to == null ? table.tailMap(scan.from(), true) : table.subMap(scan.from(), true, to, false);
    var entries = new ArrayList<Scanned.Entry>();
    long bytes = 0;
    for (var entry : range.entrySet()) {
      if (!entries.isEmpty() && (entries.size() >= scan.maxEntries() || bytes >= scan.maxBytes())) {
        return new Scanned.Page(entries, entry.getKey());
      }
      bytes += entry.getKey().length() + entry.getValue().length();
      entries.add(new Scanned.Entry(entry.getKey(), entry.getValue()));
    }
    return new Scanned.Page(entries, null);
  }
}
