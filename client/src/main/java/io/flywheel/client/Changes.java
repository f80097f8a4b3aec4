package io.flywheel.client;

import io.flywheel.client.Updates.Update;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What updates that go together make of a value, one after the other. Each is given a value of its
 * own, as if the one before had been written and read; one that fails takes no part in it.
 */
final class Changes<T> {
  private final Codec<T> codec;
  private final List<Update<T>> updates;
  private final List<@Nullable T> results = new ArrayList<>();
  private final List<@Nullable RuntimeException> failures = new ArrayList<>();

  Changes(Codec<T> codec, List<Update<T>> updates) {
    this.codec = codec;
    this.updates = updates;
  }

  /** The bytes to put; null where every change failed. */
  byte @Nullable [] applyTo(@Nullable T value) {
    boolean alone = updates.size() == 1;
    byte[] before = alone || value == null ? null : codec.encode(value);
    byte[] last = null;
    for (Update<T> update : updates) {
      byte[] given = last != null ? last : before;
      try {
        T changed = update.change().apply(given == null ? value : codec.decode(given));
        last = codec.encode(changed);
        results.add(changed);
        failures.add(null);
      } catch (RuntimeException e) {
        results.add(null);
        failures.add(e);
      }
    }
    return last;
  }

  /** They are on disk: tells everybody. */
  void succeed() {
    for (int i = 0; i < updates.size(); i++) {
      var result = updates.get(i).result();
      RuntimeException failure = failures.get(i);
      if (failure != null) {
        result.completeExceptionally(failure);
      } else {
        result.complete(results.get(i));
      }
    }
  }
}
