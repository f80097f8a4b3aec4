package io.flywheel.server.api;

import io.flywheel.api.v1.Failure;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Several requests of one call, which is answered when all of them are. */
final class Batch<R, O> {
  static final int MOST_REQUESTS = 1_000;

  private final O[] outcomes;
  private final ToLongFunction<R> sizeBytes;
  private final Function<R, O> done;
  private final Function<Failure, O> failed;
  private final Consumer<List<O>> whenAll;
  private long roomBytes;
  private int left;

  Batch(
      O[] outcomes,
      long roomBytes,
      ToLongFunction<R> sizeBytes,
      Function<R, O> done,
      Function<Failure, O> failed,
      Consumer<List<O>> whenAll) {
    this.outcomes = outcomes;
    this.roomBytes = roomBytes;
    this.sizeBytes = sizeBytes;
    this.done = done;
    this.failed = failed;
    this.whenAll = whenAll;
    this.left = outcomes.length;
  }

  Answer<R> answer(int place) {
    return new Answer<>() {
      @Override
      public void done(R response) {
        long size = sizeBytes.applyAsLong(response);
        if (size > roomBytes) {
          failed(Failures.tooLargeTogether());
          return;
        }
        roomBytes -= size;
        set(place, done.apply(response));
      }

      @Override
      public void failed(Failure failure) {
        set(place, failed.apply(failure));
      }
    };
  }

  private void set(int place, O outcome) {
    outcomes[place] = outcome;
    left--;
    if (left == 0) {
      whenAll.accept(List.of(outcomes));
    }
  }
}
