package io.flywheel.cli.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one node that is kept from one request to the next, and made anew after it broke.
 * For one thread at a time.
 */
public final class KeptConnection implements AutoCloseable {
  private final NodeAddress address;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  public KeptConnection(NodeAddress address) {
    this.address = address;
  }

  /** Sends the request once and waits for its answer, no longer than it says. */
  public Answer send(Request request) throws IOException {
    try {
      Socket open = socket;
      if (open == null || in == null) {
        open = new Socket();
        socket = open;
        open.setTcpNoDelay(true);
        open.connect(new InetSocketAddress(address.host(), address.port()), request.answerMillis());
        in = new BufferedInputStream(open.getInputStream());
      }
      open.setSoTimeout(request.answerMillis());
      open.getOutputStream().write(message(request));
      return new AnswerReader(in).read();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private byte[] message(Request request) {
    var head = new StringBuilder();
    head.append(request.method()).append(' ').append(request.path()).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(address).append("\r\n");
    if (request.body().length > 0) {
      head.append("Content-Length: ").append(request.body().length).append("\r\n");
    }
    request
        .headers()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("\r\n");
    var message = new ByteArrayOutputStream(head.length() + request.body().length);
    message.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    message.writeBytes(request.body());
    return message.toByteArray();
  }

  @Override
  public void close() throws IOException {
    Socket open = socket;
    socket = null;
    in = null;
    if (open != null) {
      open.close();
    }
  }
}
