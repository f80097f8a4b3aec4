package io.flywheel.server.api;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** A direct connection that says exactly what it is told to. */
final class DirectClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket = new Socket();
  private final DataInputStream in;

  DirectClient(InetSocketAddress address) throws IOException {
    socket.connect(address, TIMEOUT_MILLIS);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
  }

  /** With the preface said. */
  static DirectClient begun(InetSocketAddress address) throws IOException {
    var client = new DirectClient(address);
    client.send(DirectPort.PREFACE);
    return client;
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  void send(StreamRequest.Builder... requests) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (var request : requests) {
      bytes.write(frame(request.build().toByteArray()));
    }
    send(bytes.toByteArray());
  }

  static byte[] frame(byte[] message) throws IOException {
    return frame(message.length, message);
  }

  /** A length that need not be true. */
  static byte[] frame(int length, byte[] message) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(length);
    out.write(message);
    return bytes.toByteArray();
  }

  StreamResponse receive() throws IOException {
    var response = receiveOrEnd();
    assertNotNull(response, "the connection goes on");
    return response;
  }

  /** Null at the end. */
  @Nullable StreamResponse receiveOrEnd() throws IOException {
    try {
      return StreamResponse.parseFrom(in.readNBytes(in.readInt()));
    } catch (EOFException e) {
      return null;
    }
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
