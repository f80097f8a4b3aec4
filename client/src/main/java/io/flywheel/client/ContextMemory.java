package io.flywheel.client;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The contexts of the keys that were used last. An answer to a get must not push out what a put has
 * brought meanwhile, or the next put would not replace that one; so events are numbered, and what a
 * get brings counts only if no write ended since the get began.
 */
final class ContextMemory {
  /** What a context takes on average at most, in characters; longer ones push out several. */
  private static final long CHARS_EACH = 512;

  private final int mostKeys;
  private final LinkedHashMap<Place, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long chars;
  private long events;

  ContextMemory(int mostKeys) {
    this.mostKeys = mostKeys;
  }

  private record Place(String namespace, String key) {}

  private record Entry(String context, long event) {}

  /** Empty where none is remembered. */
  synchronized String recall(String namespace, String key) {
    Entry entry = entries.get(new Place(namespace, key));
    return entry == null ? "" : entry.context;
  }

  /** For {@link #read}: when a get begins. */
  synchronized long now() {
    return events;
  }

  synchronized void wrote(String namespace, String key, String context) {
    events++;
    set(new Place(namespace, key), new Entry(context, events));
  }

  synchronized void read(String namespace, String key, String context, long began) {
    var place = new Place(namespace, key);
    Entry known = entries.get(place);
    if (known == null || known.event <= began) {
      set(place, new Entry(context, began));
    }
  }

  synchronized void forget(String namespace, String key) {
    discard(entries.remove(new Place(namespace, key)));
  }

  private void set(Place place, Entry entry) {
    if (mostKeys == 0 || entry.context.isEmpty()) {
      return;
    }
    discard(entries.put(place, entry));
    chars += entry.context.length();
    var eldest = entries.entrySet().iterator();
    while (entries.size() > mostKeys || chars > mostKeys * CHARS_EACH) {
      chars -= eldest.next().getValue().context.length();
      eldest.remove();
    }
  }

  private void discard(@Nullable Entry entry) {
    if (entry != null) {
      chars -= entry.context.length();
    }
  }
}
