package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.flywheel.core.model.Bytes;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A client that says exactly what it is told to, byte for byte. */
public final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket = new Socket();
  private final InputStream in;

  public RawClient(InetSocketAddress address) throws IOException {
    socket.connect(address, TIMEOUT_MILLIS);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** An answer, its header names in small letters. */
  public record Response(int status, Map<String, String> headers, Bytes body) {
    public String text() {
      return body.toUtf8();
    }

    public @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }
  }

  public RawClient send(String text) throws IOException {
    return send(text.getBytes(ISO_8859_1));
  }

  public RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** A request with the headers that every one needs. */
  public RawClient request(String method, String target, String headers, String body)
      throws IOException {
    return request(method, target, headers, body.getBytes(ISO_8859_1));
  }

  public RawClient request(String method, String target, String headers, byte[] body)
      throws IOException {
    String length = body.length == 0 ? "" : "Content-Length: " + body.length + "\r\n";
    String head = method + " " + target + " HTTP/1.1\r\nHost: h\r\n" + headers + length + "\r\n";
    byte[] bytes = head.getBytes(ISO_8859_1);
    byte[] whole = java.util.Arrays.copyOf(bytes, bytes.length + body.length);
    System.arraycopy(body, 0, whole, bytes.length, body.length);
    return send(whole);
  }

  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  public Response response() throws IOException {
    return response(true);
  }

  /** Reads an answer; one to a HEAD has no body, whatever its length says. */
  public Response response(boolean withBody) throws IOException {
    String[] statusLine = line().split(" ", 3);
    if (!statusLine[0].equals("HTTP/1.1")) {
      throw new IOException("not HTTP: " + String.join(" ", statusLine));
    }
    int status = Integer.parseInt(statusLine[1]);
    var headers = new TreeMap<String, String>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if (status == 100) {
      return new Response(status, headers, Bytes.EMPTY);
    }
    String length = headers.get("content-length");
    if (length == null) {
      throw new IOException("an answer without a length");
    }
    int size = withBody ? Integer.parseInt(length) : 0;
    byte[] body = in.readNBytes(size);
    if (body.length < size) {
      throw new EOFException("an answer cut short");
    }
    return new Response(status, headers, Bytes.wrap(body));
  }

  /** Whether the server has ended the connection and said nothing more. */
  public boolean atEnd() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  public byte[] read(int length) throws IOException {
    return in.readNBytes(length);
  }

  /** Whether the beginning of an answer is here. */
  public boolean hasAnswer() throws IOException {
    return in.available() > 0;
  }

  /** Everything up to the end of the connection. */
  public byte[] readAll() throws IOException {
    return in.readAllBytes();
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    int next = in.read();
    while (next >= 0 && next != '\n') {
      if (next != '\r') {
        line.append((char) next);
      }
      next = in.read();
    }
    if (next < 0) {
      throw new EOFException("the connection ended after '" + line + "'");
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
