package io.flywheel.server.http;

import io.netty.handler.codec.http.HttpRequest;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request's line and headers. The path is as it came, escapes and all: whoever decodes it earlier
 * can no longer tell a slash from a {@code %2F}.
 */
public final class RequestHead {
  private final String method;
  private final String path;
  private final @Nullable String query;
  private final boolean http10;
  private final Map<Header, String> headers = new EnumMap<>(Header.class);
  private long bodyBytes;
  private boolean expectsContinue;

  private RequestHead(String method, String path, @Nullable String query, boolean http10) {
    this.method = method;
    this.path = path;
    this.query = query;
    this.http10 = http10;
  }

  /**
   * Reads what the codec has split; its framing is already known to be sound.
   *
   * @throws ProblemException where it is better not to go on with the connection
   */
  static RequestHead of(HttpRequest request) throws ProblemException {
    var version = request.protocolVersion();
    if (version.majorVersion() != 1 || !version.protocolName().equals("HTTP")) {
      throw new ProblemException(ProblemType.VERSION_NOT_SUPPORTED, "not " + version.text());
    }
    String target = originForm(request.uri());
    int queryStart = target.indexOf('?');
    var head =
        new RequestHead(
            request.method().name(),
            queryStart < 0 ? target : target.substring(0, queryStart),
            queryStart < 0 ? null : target.substring(queryStart + 1),
            version.minorVersion() == 0);
    var lines = request.headers().iteratorCharSequence();
    while (lines.hasNext()) {
      var line = lines.next();
      Header header = Header.find(line.getKey());
      if (header != null) {
        head.add(header, line.getValue().toString());
      }
    }
    head.checkHost();
    head.bodyBytes = head.readBodyBytes();
    head.expectsContinue = head.readExpectation();
    return head;
  }

  private void add(Header header, String value) throws ProblemException {
    String before = headers.get(header);
    if (before != null && !header.isList()) {
      throw new ProblemException(
          ProblemType.MALFORMED_HEADER, "the header " + header.text() + " is there twice");
    }
    headers.put(header, before == null ? value : before + "," + value);
  }

  /** The target without the scheme and authority that proxies put before it. */
  private static String originForm(String target) throws ProblemException {
    String origin = target;
    if (target.regionMatches(true, 0, "http://", 0, 7)) {
      int slash = target.indexOf('/', 7);
      origin = slash < 0 ? "/" : target.substring(slash);
    }
    if (!origin.startsWith("/") && !origin.equals("*")) {
      throw new ProblemException(ProblemType.MALFORMED_REQUEST, "the target is not a path");
    }
    if (origin.indexOf('#') >= 0) {
      throw new ProblemException(ProblemType.MALFORMED_REQUEST, "a '#' in a key is written %23");
    }
    return origin;
  }

  public String method() {
    return method;
  }

  /** Up to the query, undecoded. */
  public String path() {
    return path;
  }

  /** What follows the first question mark; null where there is none. */
  public @Nullable String query() {
    return query;
  }

  public @Nullable String header(Header header) {
    return headers.get(header);
  }

  boolean isHead() {
    return method.equals("HEAD");
  }

  /** Whether the client means to send a further request on this connection. */
  boolean keepsAlive() {
    String connection = header(Header.CONNECTION);
    if (connection == null) {
      return !http10;
    }
    String options = connection.toLowerCase(Locale.ROOT);
    return http10 ? options.contains("keep-alive") : !options.contains("close");
  }

  /** Whether the client must be told that keeping the connection was understood. */
  boolean isHttp10() {
    return http10;
  }

  /** Whether the client waits for a sign before it sends the body. */
  boolean expectsContinue() {
    return expectsContinue;
  }

  /** The length of the body; -1 for one that comes in chunks. */
  long bodyBytes() {
    return bodyBytes;
  }

  private void checkHost() throws ProblemException {
    String host = header(Header.HOST);
    if (host == null ? !http10 : host.indexOf(' ') >= 0) {
      throw new ProblemException(
          ProblemType.MALFORMED_REQUEST, "HTTP/1.1 asks for a Host header with one host");
    }
  }

  private boolean readExpectation() throws ProblemException {
    String expectation = header(Header.EXPECT);
    if (expectation == null || http10) {
      return false;
    }
    if (!expectation.equalsIgnoreCase("100-continue")) {
      throw new ProblemException(
          ProblemType.EXPECTATION_FAILED, "the only expectation that can be met is 100-continue");
    }
    return true;
  }

  /** The codec has checked the number. */
  private long readBodyBytes() throws ProblemException {
    String coding = header(Header.TRANSFER_ENCODING);
    if (coding != null) {
      if (!coding.equalsIgnoreCase("chunked")) {
        throw new ProblemException(
            ProblemType.NOT_IMPLEMENTED, "the only transfer coding that is understood is chunked");
      }
      return -1;
    }
    String length = header(Header.CONTENT_LENGTH);
    return length == null ? 0 : Long.parseLong(length);
  }
}
