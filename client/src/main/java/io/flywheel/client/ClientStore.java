package io.flywheel.client;

import io.flywheel.api.v1.Absence;
import io.flywheel.api.v1.GetResponse;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.api.v1.Value;
import io.flywheel.client.Fetched.Version;
import io.flywheel.client.Updates.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The keys of a namespace by way of the cluster and of what the client remembers. */
final class ClientStore<T> implements Store<T> {
  private static final int MOST_ROUNDS = 10;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  private final Cluster cluster;
  private final ContextMemory memory;
  private final String namespace;
  private final Codec<T> codec;
  private final Updates<T> updates = new Updates<>((key, together) -> round(key, together, 1));

  ClientStore(Cluster cluster, ContextMemory memory, String namespace, Codec<T> codec) {
    this.cluster = cluster;
    this.memory = memory;
    this.namespace = namespace;
    this.codec = codec;
  }

  @Override
  public <U> Store<U> with(Codec<U> other) {
    return new ClientStore<>(cluster, memory, namespace, other);
  }

  @Override
  public CompletableFuture<Written> putAsync(String key, T value, PutOptions options) {
    byte[] bytes = codec.encode(value);
    RequestId id = options.requestId == null ? RequestId.random() : options.requestId;
    if (options.context != null) {
      return put(key, bytes, options.context, id, options);
    }
    String remembered = memory.recall(namespace, key);
    var written = put(key, bytes, remembered, id, options);
    return remembered.isEmpty()
        ? written
        : written.exceptionallyCompose(
            e -> {
              if (!failedFor(e, "bad-context")) {
                return CompletableFuture.failedFuture(e);
              }
              memory.forget(namespace, key); // It is of a cluster that is no longer.
              return put(key, bytes, "", id, options);
            });
  }

  private CompletableFuture<Written> put(
      String key, byte[] value, String context, RequestId id, PutOptions options) {
    return cluster
        .send(Request.put(namespace, key, value, context, id, options))
        .thenApply(
            response -> {
              var put = response.getPut();
              memory.wrote(namespace, key, put.getContext());
              return new Written(put.getContext(), WriteReceipt.of(put.getReceipt()));
            });
  }

  @Override
  public CompletableFuture<Written> deleteAsync(String key, DeleteOptions options) {
    RequestId id = options.requestId == null ? RequestId.random() : options.requestId;
    return cluster
        .send(Request.delete(namespace, key, id, options))
        .thenApply(
            response -> {
              var delete = response.getDelete();
              memory.wrote(namespace, key, delete.getContext());
              return new Written(delete.getContext(), WriteReceipt.of(delete.getReceipt()));
            });
  }

  @Override
  public CompletableFuture<Fetched<T>> getAsync(String key, ReadOptions options) {
    long began = memory.now();
    return fetch(key, options)
        .thenApply(
            fetched -> {
              memory.read(namespace, key, fetched.context(), began);
              return fetched;
            });
  }

  private CompletableFuture<Fetched<T>> fetch(String key, ReadOptions options) {
    return cluster.send(Request.get(namespace, key, options)).thenApply(this::fetched);
  }

  private Fetched<T> fetched(StreamResponse response) {
    if (response.hasFailure()) {
      Absence absence = response.getFailure().getAbsence();
      return new Fetched<>(List.of(), absence.getContext(), ReadReceipt.of(absence.getReceipt()));
    }
    GetResponse get = response.getGet();
    List<Version<T>> versions = new ArrayList<>(get.getValuesCount());
    for (Value value : get.getValuesList()) {
      T decoded = codec.decode(value.getValue().toByteArray());
      versions.add(new Version<>(decoded, value.getContentType()));
    }
    return new Fetched<>(versions, get.getContext(), ReadReceipt.of(get.getReceipt()));
  }

  @Override
  public CompletableFuture<T> updateAsync(
      String key, Merge<T> merge, Change<T> change, PutOptions put, ReadOptions read) {
    var result = new CompletableFuture<T>();
    updates.add(key, new Update<>(merge, change, put, read, result));
    return result;
  }

  /** What is refused for too many siblings is done again: by then they are merged. */
  private CompletableFuture<Void> round(String key, List<Update<T>> together, int number) {
    var first = together.get(0);
    return fetch(key, first.read())
        .thenCompose(
            fetched -> {
              var changes = new Changes<>(codec, together);
              byte[] bytes = changes.applyTo(fetched.merged(first.merge()).orElse(null));
              return bytes == null
                  ? CompletableFuture.completedFuture(changes)
                  : put(key, bytes, fetched.context(), RequestId.random(), first.put())
                      .thenApply(written -> changes);
            })
        .thenAccept(Changes::succeed)
        .exceptionallyCompose(
            e -> {
              if (number < MOST_ROUNDS && failedFor(e, "too-many-siblings")) {
                return pause(number).thenCompose(none -> round(key, together, number + 1));
              }
              Throwable cause = e instanceof CompletionException ? e.getCause() : e;
              together.forEach(update -> update.result().completeExceptionally(cause));
              return CompletableFuture.completedFuture(null);
            });
  }

  private CompletableFuture<Void> pause(int round) {
    var over = new CompletableFuture<Void>();
    long longest = FIRST_PAUSE_NANOS << round;
    cluster.clock().after(ThreadLocalRandom.current().nextLong(longest), () -> over.complete(null));
    return over;
  }

  private static boolean failedFor(Throwable cause, String reason) {
    Throwable own = cause instanceof CompletionException ? cause.getCause() : cause;
    return own instanceof InvalidRequestException failure && failure.reason().equals(reason);
  }
}
