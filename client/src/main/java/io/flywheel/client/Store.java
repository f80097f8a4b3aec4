package io.flywheel.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * The keys of one namespace, with values of one type. Safe for any number of threads; cheap to
 * make, and ended by {@link FlywheelClient#close}.
 *
 * <h2>Keys and values</h2>
 *
 * A key is text of 1 to 1,024 bytes as UTF-8, without control characters, and not {@code .} or
 * {@code ..}. A value has at most 1 MiB when encoded, unless the cluster is configured otherwise.
 *
 * <h2>Contexts</h2>
 *
 * A put replaces what its context covers and stands beside everything else. The client remembers
 * the contexts of the keys that it lately put, got or deleted, and gives them to its puts: so its
 * puts of a key, one after the other, replace each other, and a put after a get replaces what was
 * got. A put of a key that it does not remember, or one that overlaps with another put of the same
 * key, makes a sibling: nothing is lost, and whoever reads next merges. {@link PutOptions#blind}
 * and {@link PutOptions#context} go past this memory. To change a value that others change too, use
 * {@link #update(String, Merge, Change)}.
 *
 * <h2>Errors</h2>
 *
 * Requests fail with a {@link FlywheelException}, whose class says what became of them. Futures
 * fail with the same, wrapped as {@link CompletableFuture} does it. What a {@link Codec}, {@link
 * Merge} or {@link Change} throws is passed on.
 *
 * <h2>What is retried</h2>
 *
 * Within its timeout, and while the client's retry budget lasts, a request that failed is sent
 * again to another node: writes under the same request id, so that they happen once. Where nodes
 * refuse a good part of all requests, as they have too much to do, they are not asked again. A get
 * that takes longer than most is sent to a second node as well. When a write may have reached a
 * node and no answer came, it ends as {@link UnknownOutcomeException} and never as not done.
 *
 * <h2>Threads</h2>
 *
 * Whatever depends on a future of this class runs on a thread of the network: it must not block.
 * Where it has to, use the {@code Async} methods of the future with an executor. The blocking forms
 * refuse to be called there. A thread that is interrupted while it waits gets the exception of a
 * request whose answer is not known, and keeps its interrupted status.
 *
 * @param <T> the type of values
 */
public interface Store<T> {
  /** The same keys with values of another type. */
  <U> Store<U> with(Codec<U> codec);

  /** Writes a value. */
  default Written put(String key, T value) {
    return put(key, value, Put.usual());
  }

  /** Writes a value. */
  default Written put(String key, T value, PutOptions options) {
    return Waiting.forAnswer(putAsync(key, value, options), true);
  }

  default CompletableFuture<Written> putAsync(String key, T value) {
    return putAsync(key, value, Put.usual());
  }

  CompletableFuture<Written> putAsync(String key, T value, PutOptions options);

  /** Reads what there is; empty where there is nothing. */
  default Fetched<T> get(String key) {
    return get(key, Read.usual());
  }

  /** Reads what there is; empty where there is nothing. */
  default Fetched<T> get(String key, ReadOptions options) {
    return Waiting.forAnswer(getAsync(key, options), false);
  }

  default CompletableFuture<Fetched<T>> getAsync(String key) {
    return getAsync(key, Read.usual());
  }

  CompletableFuture<Fetched<T>> getAsync(String key, ReadOptions options);

  /** Deletes all that a node finds when it reads the key. */
  default Written delete(String key) {
    return delete(key, Delete.usual());
  }

  /** Deletes what the context of the options covers, or all that a node finds. */
  default Written delete(String key, DeleteOptions options) {
    return Waiting.forAnswer(deleteAsync(key, options), true);
  }

  default CompletableFuture<Written> deleteAsync(String key) {
    return deleteAsync(key, Delete.usual());
  }

  CompletableFuture<Written> deleteAsync(String key, DeleteOptions options);

  /**
   * Changes a value that others may change at the same time: gets it, merges the siblings, changes
   * the result and puts it with the context of the get. When another write came between, both
   * results stay as siblings, and the next update, or whoever reads, merges them; so what the
   * change did is not lost as long as the merge keeps it.
   *
   * <p>Where the key has too many siblings by then, all of it is done again. The get and each put
   * have the client's timeout each.
   *
   * <p>Updates of a key through this store, with the same merge and options, that come while
   * another one is under way wait for it and go together then: one get, their changes one after the
   * other, one put. So many threads can change one key for the price of a few requests.
   *
   * @return the value as this change left it
   */
  default T update(String key, Merge<T> merge, Change<T> change) {
    return update(key, merge, change, Put.usual());
  }

  /** The same, beginning with {@code empty} where there is no value. */
  default T update(String key, T empty, Merge<T> merge, UnaryOperator<T> change) {
    return update(key, merge, value -> change.apply(value == null ? empty : value), Put.usual());
  }

  /**
   * The same.
   *
   * @param options how to put; an update chooses the context and the request id itself, so those of
   *     the options are not used
   */
  default T update(String key, Merge<T> merge, Change<T> change, PutOptions options) {
    return Waiting.forAnswer(updateAsync(key, merge, change, options), true);
  }

  default CompletableFuture<T> updateAsync(String key, Merge<T> merge, Change<T> change) {
    return updateAsync(key, merge, change, Put.usual());
  }

  default CompletableFuture<T> updateAsync(
      String key, Merge<T> merge, Change<T> change, PutOptions options) {
    return updateAsync(key, merge, change, options, Read.usual());
  }

  /** Merges and changes on a thread of the network: neither may block. */
  CompletableFuture<T> updateAsync(
      String key, Merge<T> merge, Change<T> change, PutOptions put, ReadOptions read);
}
