package io.flywheel.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.flywheel.api.v1.DeleteRequest;
import io.flywheel.api.v1.GetRequest;
import io.flywheel.api.v1.Key;
import io.flywheel.api.v1.PutRequest;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.client.RequestObserver.Operation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is asked of the cluster, however often it has to be sent. */
final class Request {
  /** No node takes larger values, whatever its limits are. */
  static final int MOST_VALUE_BYTES = 16 << 20;

  private final Operation operation;
  private final String namespace;
  private final String key;
  private final byte[] keyBytes;
  private final int valueBytes;
  private final @Nullable Duration timeout;
  private final Message message;

  private Request(
      Operation operation,
      String namespace,
      String key,
      int valueBytes,
      @Nullable Duration timeout,
      Message message) {
    this.operation = operation;
    this.namespace = namespace;
    this.key = key;
    this.keyBytes = key.getBytes(StandardCharsets.UTF_8);
    this.valueBytes = valueBytes;
    this.timeout = timeout;
    this.message = message;
  }

  /** Sets the request that this is, with all that may differ each time it is sent. */
  private interface Message {
    void set(StreamRequest.Builder stream, Key key, int timeoutMillis);
  }

  static Request put(
      String namespace,
      String key,
      byte[] value,
      String context,
      RequestId id,
      PutOptions options) {
    ByteString bytes = UnsafeByteOperations.unsafeWrap(value);
    ByteString name = id.bytes();
    return new Request(
        Operation.PUT,
        namespace,
        key,
        value.length,
        options.timeout,
        (stream, place, timeoutMillis) ->
            stream.setPut(
                PutRequest.newBuilder()
                    .setKey(place)
                    .setValue(bytes)
                    .setContentType(options.contentType)
                    .setContext(context)
                    .setW(options.w)
                    .setLevel(sent(options.level))
                    .setPw(options.pw)
                    .setTtlMillis(options.ttlMillis)
                    .setRequestId(name)
                    .setTimeoutMillis(timeoutMillis)));
  }

  static Request get(String namespace, String key, ReadOptions options) {
    return new Request(
        Operation.GET,
        namespace,
        key,
        0,
        options.timeout,
        (stream, place, timeoutMillis) ->
            stream.setGet(
                GetRequest.newBuilder()
                    .setKey(place)
                    .setR(options.r)
                    .setLevel(sent(options.level))
                    .setPr(options.pr)
                    .setTimeoutMillis(timeoutMillis)));
  }

  static Request delete(String namespace, String key, RequestId id, DeleteOptions options) {
    ByteString name = id.bytes();
    return new Request(
        Operation.DELETE,
        namespace,
        key,
        0,
        options.timeout,
        (stream, place, timeoutMillis) ->
            stream.setDelete(
                DeleteRequest.newBuilder()
                    .setKey(place)
                    .setContext(options.context)
                    .setW(options.w)
                    .setLevel(sent(options.level))
                    .setPw(options.pw)
                    .setRequestId(name)
                    .setTimeoutMillis(timeoutMillis)));
  }

  private static io.flywheel.api.v1.Level sent(@Nullable Level level) {
    return level == null ? io.flywheel.api.v1.Level.LEVEL_UNSPECIFIED : level.sent();
  }

  StreamRequest.Builder message(int timeoutMillis) {
    var stream = StreamRequest.newBuilder();
    var place =
        Key.newBuilder()
            .setNamespace(namespace)
            .setKey(UnsafeByteOperations.unsafeWrap(keyBytes))
            .build();
    message.set(stream, place, timeoutMillis);
    return stream;
  }

  Operation operation() {
    return operation;
  }

  boolean isTooLarge() {
    return valueBytes > MOST_VALUE_BYTES;
  }

  boolean isWrite() {
    return operation != Operation.GET;
  }

  String namespace() {
    return namespace;
  }

  String key() {
    return key;
  }

  byte[] keyBytes() {
    return keyBytes;
  }

  /** Null for the client's own. */
  @Nullable Duration timeout() {
    return timeout;
  }
}
