package io.flywheel.server.api;

import com.google.protobuf.ByteString;
import io.flywheel.api.v1.DeleteRequest;
import io.flywheel.api.v1.GetRequest;
import io.flywheel.api.v1.PutRequest;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Answers;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Level;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.version.ContextSeal;
import io.flywheel.server.http.KeyPath;
import io.flywheel.server.http.ProblemType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests off the wire, with the limits that HTTP has. What only the node can know, it
 * checks.
 */
final class Requests {
  /** No batch is refused that has as much. */
  private static final int LEAST_MESSAGE_BYTES = 4 << 20;

  /** Room for names, receipts and a context beside a value. */
  private static final int REST_OF_MESSAGE_BYTES = ContextSeal.MAX_TOKEN_CHARS + (64 << 10);

  private static final int USUAL_TIMEOUT_MILLIS = 1_000;
  private static final int LONGEST_TIMEOUT_MILLIS = 60_000;
  private static final int REQUEST_ID_BYTES = 16;

  /** A century, leap days included. */
  private static final long LONGEST_TTL_MILLIS = 36_525L * 86_400_000;

  private Requests() {}

  /** How large the message may be that a request comes in. */
  static int mostBytes(ClusterSettings settings) {
    return Math.max(
        LEAST_MESSAGE_BYTES, settings.records().limits().valueBytes() + REST_OF_MESSAGE_BYTES);
  }

  static ClientRequest put(PutRequest put, long callMillis) throws InvalidRequestException {
    if (put.getTtlMillis() < 0 || put.getTtlMillis() > LONGEST_TTL_MILLIS) {
      throw new InvalidRequestException(
          ProblemType.BAD_TTL, "ttl_millis", "is at most a century, " + LONGEST_TTL_MILLIS);
    }
    var w = answers("w", put.getW(), put.getLevel());
    return new ClientRequest.Put(
        key(put.getKey()),
        new Write(false, put.getContentType(), bytes(put.getValue())),
        context(put.getContext()),
        put.getTtlMillis(),
        w.number(),
        count("pw", put.getPw()),
        w.reach(),
        requestId(put.getRequestId()),
        timeoutMillis(put.getTimeoutMillis(), callMillis));
  }

  static ClientRequest delete(DeleteRequest delete, long callMillis)
      throws InvalidRequestException {
    var w = answers("w", delete.getW(), delete.getLevel());
    return new ClientRequest.Put(
        key(delete.getKey()),
        Write.DELETION,
        context(delete.getContext()),
        0,
        w.number(),
        count("pw", delete.getPw()),
        w.reach(),
        requestId(delete.getRequestId()),
        timeoutMillis(delete.getTimeoutMillis(), callMillis));
  }

  static ClientRequest get(GetRequest get, long callMillis) throws InvalidRequestException {
    var r = answers("r", get.getR(), get.getLevel());
    return new ClientRequest.Get(
        key(get.getKey()),
        r.number(),
        count("pr", get.getPr()),
        r.reach(),
        timeoutMillis(get.getTimeoutMillis(), callMillis));
  }

  private static Key key(io.flywheel.api.v1.Key key) throws InvalidRequestException {
    String namespace = key.getNamespace();
    byte[] bytes = key.getKey().toByteArray();
    String fault = KeyPath.fault(bytes);
    if (fault != null) {
      throw new InvalidRequestException(ProblemType.MALFORMED_KEY, "key", fault);
    }
    if (Bytes.utf8(namespace).length() > NamespaceSettings.MAX_NAME_BYTES) {
      throw new InvalidRequestException(
          ProblemType.UNKNOWN_NAMESPACE, "key.namespace", "no namespace has such a name");
    }
    String named = namespace.isEmpty() ? NamespaceSettings.DEFAULT.name() : namespace;
    return new Key(named, Bytes.wrap(bytes));
  }

  private static Answers answers(String field, int number, io.flywheel.api.v1.Level asked)
      throws InvalidRequestException {
    Level level =
        switch (asked) {
          case LEVEL_UNSPECIFIED -> null;
          case LEVEL_ONE -> Level.ONE;
          case LEVEL_QUORUM -> Level.QUORUM;
          case LEVEL_ALL -> Level.ALL;
          case LEVEL_LOCAL_QUORUM -> Level.LOCAL_QUORUM;
          case LEVEL_EACH_QUORUM -> Level.EACH_QUORUM;
          case UNRECOGNIZED ->
              throw new InvalidRequestException(
                  ProblemType.BAD_QUORUM, "level", "is one of " + Level.NAMES);
        };
    if (level == null) {
      return Answers.of(count(field, number));
    }
    if (number != 0) {
      throw new InvalidRequestException(
          ProblemType.BAD_QUORUM, "level", "stands in place of " + field + ", which is given too");
    }
    return Answers.of(level);
  }

  private static int count(String field, int value) throws InvalidRequestException {
    if (value < 0 || value > Ring.MOST_REPLICAS) {
      throw new InvalidRequestException(
          ProblemType.BAD_QUORUM, field, "is from 1 to the number of copies, or 0 for the default");
    }
    return value;
  }

  private static @Nullable String context(String context) {
    return context.isEmpty() ? null : context;
  }

  private static @Nullable RequestId requestId(ByteString id) throws InvalidRequestException {
    if (id.isEmpty()) {
      return null;
    }
    if (id.size() != REQUEST_ID_BYTES) {
      throw new InvalidRequestException(
          ProblemType.MALFORMED_HEADER, "request_id", "has 16 bytes, or none");
    }
    ByteBuffer bytes = id.asReadOnlyByteBuffer();
    return new RequestId(bytes.getLong(), bytes.getLong());
  }

  /** Whichever ends first: what the request says, or the deadline of its call. */
  private static long timeoutMillis(int asked, long callMillis) throws InvalidRequestException {
    if (asked < 0 || asked > LONGEST_TIMEOUT_MILLIS) {
      throw new InvalidRequestException(
          ProblemType.MALFORMED_HEADER, "timeout_millis", "is at most " + LONGEST_TIMEOUT_MILLIS);
    }
    long wanted = asked == 0 ? USUAL_TIMEOUT_MILLIS : asked;
    return Math.max(1, Math.min(wanted, callMillis));
  }

  private static Bytes bytes(ByteString bytes) {
    return Bytes.wrap(bytes.toByteArray());
  }
}
