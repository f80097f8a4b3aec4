package io.flywheel.cli.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request over one connection, HTTP/1.1, and reads its answer.
 *
 * <p>It is written on a plain socket for two reasons. A command lives for some tenths of a second,
 * and the JDK's clients cost much of that to start: java.net.http four times as much as everything
 * else together. And a write whose answer is lost must be told from one that was never sent, while
 * HttpURLConnection sends some requests again by itself.
 */
public final class NodeClient {
  private static final int CONNECT_MILLIS = 2_000;

  private final NodeAddress address;

  public NodeClient(NodeAddress address) {
    this.address = address;
  }

  public NodeAddress address() {
    return address;
  }

  /**
   * Sends the request once and waits for its answer.
   *
   * @throws NotConnectedException if nothing was sent
   * @throws IOException if the request may have arrived, but no answer came back
   */
  public Answer send(Request request) throws IOException {
    try (Socket socket = connect()) {
      socket.setSoTimeout(request.answerMillis());
      IOException notAllSent = write(socket.getOutputStream(), request);
      try {
        return new AnswerReader(new BufferedInputStream(socket.getInputStream())).read();
      } catch (SocketTimeoutException e) {
        throw new IOException("no answer within " + request.answerMillis() + " ms", e);
      } catch (IOException e) {
        if (notAllSent != null) {
          e.addSuppressed(notAllSent);
        }
        throw e;
      }
    }
  }

  private Socket connect() throws NotConnectedException {
    var socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
      return socket;
    } catch (IOException e) {
      close(socket);
      throw new NotConnectedException("cannot connect to " + address, e);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was never connected: there is nothing to lose.
    }
  }

  /**
   * Writes what it can. A node may answer and close before it has read a body that is too large, so
   * that an error here is no reason not to read the answer.
   */
  private @Nullable IOException write(OutputStream out, Request request) {
    try {
      out.write(message(request));
      out.flush();
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private byte[] message(Request request) {
    var head = new StringBuilder();
    head.append(request.method()).append(' ').append(request.path()).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(address).append("\r\nConnection: close\r\n");
    if (request.body().length > 0) {
      head.append("Content-Length: ").append(request.body().length).append("\r\n");
    }
    request.headers().forEach((name, value) -> header(head, name, value));
    head.append("\r\n");
    var message = new ByteArrayOutputStream(head.length() + request.body().length);
    message.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    message.writeBytes(request.body());
    return message.toByteArray();
  }

  private static void header(StringBuilder head, String name, String value) {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IllegalArgumentException(name + " has more than one line");
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }
}
