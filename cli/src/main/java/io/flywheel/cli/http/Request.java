package io.flywheel.cli.http;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is asked of a node.
 *
 * @param path percent-encoded, as it goes over the wire
 * @param answerMillis how long to wait for the answer; a node answers by the request's deadline, so
 *     this is later than that
 */
@SuppressWarnings("ArrayRecordComponent") // Made and read, never compared.
public record Request(
    String method, String path, Map<String, String> headers, byte[] body, int answerMillis) {
  private static final byte[] NOTHING = {};

  /** Longer than any node takes to say that it did not get enough answers in time. */
  public static final int DEFAULT_ANSWER_MILLIS = 10_000;

  public static Request of(String method, String path) {
    return new Request(method, path, new LinkedHashMap<>(), NOTHING, DEFAULT_ANSWER_MILLIS);
  }

  public Request header(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Request(method, path, more, body, answerMillis);
  }

  public Request json(byte[] json) {
    return new Request(method, path, headers, json, answerMillis)
        .header("Content-Type", "application/json");
  }

  public Request answerWithin(int millis) {
    return new Request(method, path, headers, body, millis);
  }
}
