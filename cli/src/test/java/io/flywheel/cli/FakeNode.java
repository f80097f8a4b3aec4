package io.flywheel.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Answers HTTP requests as a test says, byte for byte, and remembers what was asked. */
final class FakeNode implements AutoCloseable {
  private final ServerSocket listener;
  private final Function<Asked, String> answers;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  /** A request as it came over the wire; header names are in lower case. */
  @SuppressWarnings("ArrayRecordComponent") // Made and read, never compared.
  record Asked(String line, Map<String, String> headers, byte[] bytes) {
    String method() {
      return line.substring(0, line.indexOf(' '));
    }

    String path() {
      int start = line.indexOf(' ') + 1;
      return line.substring(start, line.indexOf(' ', start));
    }

    String body() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** An empty answer closes the connection without one. */
  FakeNode(Function<Asked, String> answers) {
    this.answers = answers;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::serve);
  }

  static FakeNode answering(int status, String json) {
    return new FakeNode(asked -> answer(status, json));
  }

  static String answer(int status, String json, String... headers) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    return "HTTP/1.1 %d Some Reason\r\nContent-Length: %d\r\n%s\r\n%s"
        .formatted(
            status,
            body.length,
            String.join("", List.of(headers).stream().map(h -> h + "\r\n").toList()),
            json);
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  List<Asked> asked() {
    return asked;
  }

  Asked last() {
    return asked.getLast();
  }

  private void serve() {
    try {
      while (true) {
        try (Socket socket = listener.accept()) {
          Asked request = read(new BufferedInputStream(socket.getInputStream()));
          asked.add(request);
          socket.getOutputStream().write(answers.apply(request).getBytes(StandardCharsets.UTF_8));
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private static Asked read(InputStream in) throws IOException {
    String first = line(in);
    var headers = new TreeMap<String, String>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(": ");
      headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Asked(first, headers, in.readNBytes(length));
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.write(next);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
