package io.flywheel.server.http;

/**
 * What one client, and all of them together, may take of a server.
 *
 * @param lineBytes the longest request line: a key of 1,024 bytes fits with every byte escaped
 * @param headerBytes all headers of one request together
 * @param connections open at a time
 * @param bufferedBytes bodies and large answers in memory, over all connections
 * @param idleMillis how long a connection may wait for its next request
 * @param stallMillis how long a begun request may pause
 * @param requestMillis how long a request may take to arrive, apart from the time that its size
 *     needs at {@code leastBytesPerSecond}; an answer may take as long to leave
 * @param leastBytesPerSecond the pace below which a body, or the reading of an answer, is too slow
 * @param lingerMillis how long a refused client is listened to after its last answer, so that the
 *     answer is not lost to a reset
 */
public record HttpLimits(
    int lineBytes,
    int headerBytes,
    int connections,
    long bufferedBytes,
    long idleMillis,
    long stallMillis,
    long requestMillis,
    int leastBytesPerSecond,
    long lingerMillis) {
  public static final HttpLimits DEFAULT =
      new HttpLimits(8 << 10, 32 << 10, 10_000, 64 << 20, 60_000, 10_000, 30_000, 64 << 10, 2_000);

  /** The usual limits in a process whose heap may be small: clients get a quarter of it at most. */
  public static HttpLimits forHeap(long heapBytes) {
    return new HttpLimits(
        DEFAULT.lineBytes,
        DEFAULT.headerBytes,
        DEFAULT.connections,
        Math.min(DEFAULT.bufferedBytes, heapBytes / 4),
        DEFAULT.idleMillis,
        DEFAULT.stallMillis,
        DEFAULT.requestMillis,
        DEFAULT.leastBytesPerSecond,
        DEFAULT.lingerMillis);
  }

  /** How long a request or an answer of this size may take. */
  long transferMillis(long bytes) {
    return requestMillis + bytes * 1000 / leastBytesPerSecond;
  }

  /** How often deadlines are looked at. */
  long sweepMillis() {
    long shortest =
        Math.min(Math.min(idleMillis, stallMillis), Math.min(requestMillis, lingerMillis));
    return Math.clamp(shortest / 4, 5, 500);
  }
}
