package io.flywheel.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * Lets updates of one key that come while another one is under way go together: the next get and
 * put are done for all of them, their changes one after the other (flat combining, Hendler et al.
 * 2010). So a key that many change at once costs a get and a put for each round trip, and not for
 * each change, and one client's updates make no siblings of each other.
 */
final class Updates<T> {
  private static final int MOST_TOGETHER = 128;

  /** One caller's wish. */
  record Update<T>(
      Merge<T> merge,
      Change<T> change,
      PutOptions put,
      ReadOptions read,
      CompletableFuture<T> result) {
    /** Whether one get and one put can do for both. */
    boolean goesWith(Update<T> other) {
      return merge.equals(other.merge) && put.equals(other.put) && read.equals(other.read);
    }
  }

  /** For each key that is being updated, those who wait for the next round. */
  private final Map<String, ArrayDeque<Update<T>>> waiting = new HashMap<>();

  private final BiFunction<String, List<Update<T>>, CompletableFuture<Void>> round;

  /** {@code round} does a get and a put for all of these, and completes their results. */
  Updates(BiFunction<String, List<Update<T>>, CompletableFuture<Void>> round) {
    this.round = round;
  }

  void add(String key, Update<T> update) {
    synchronized (waiting) {
      ArrayDeque<Update<T>> line = waiting.get(key);
      if (line != null) {
        line.add(update);
        return;
      }
      waiting.put(key, new ArrayDeque<>(0));
    }
    begin(key, List.of(update));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a round tells its failures to its updates
  private void begin(String key, List<Update<T>> together) {
    try {
      round.apply(key, together).whenComplete((none, failure) -> next(key));
    } catch (RuntimeException e) { // the client is closed
      together.forEach(update -> update.result().completeExceptionally(e));
      next(key);
    }
  }

  private void next(String key) {
    List<Update<T>> together = new ArrayList<>();
    synchronized (waiting) {
      ArrayDeque<Update<T>> line = waiting.get(key);
      while (line != null
          && !line.isEmpty()
          && together.size() < MOST_TOGETHER
          && (together.isEmpty() || together.get(0).goesWith(line.getFirst()))) {
        together.add(line.removeFirst());
      }
      if (together.isEmpty()) {
        waiting.remove(key);
        return;
      }
    }
    begin(key, together);
  }
}
