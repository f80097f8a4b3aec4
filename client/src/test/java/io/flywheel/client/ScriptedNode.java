package io.flywheel.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.flywheel.api.v1.DeleteResponse;
import io.flywheel.api.v1.Failure;
import io.flywheel.api.v1.GetResponse;
import io.flywheel.api.v1.PutResponse;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.api.v1.Topology;
import io.flywheel.api.v1.Value;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A node that answers as a test tells it to, over real connections. */
final class ScriptedNode implements AutoCloseable {
  private static final byte[] PREFACE = "flywheel/1\r\n".getBytes(US_ASCII);

  private final ServerSocket listener;
  private final BlockingQueue<StreamRequest> received = new LinkedBlockingQueue<>();
  private final Queue<Connection> connections = new ConcurrentLinkedQueue<>();
  private final Semaphore reads = new Semaphore(1);
  private volatile Script script = ScriptedNode::done;
  private volatile Topology topology = Topology.getDefaultInstance();

  private ScriptedNode() throws IOException {
    listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    run(this::accept);
  }

  static ScriptedNode start() throws IOException {
    return new ScriptedNode();
  }

  /** What a node does with a request. */
  interface Script {
    void receive(StreamRequest request, Answers answers);
  }

  /** Where the answers to one connection's requests go. */
  interface Answers {
    void send(StreamResponse response);

    void breakOff();
  }

  ScriptedNode does(Script next) {
    script = next;
    return this;
  }

  /** Never answers. */
  ScriptedNode isSilent() {
    return does((request, answers) -> {});
  }

  ScriptedNode fails(Failure.Builder failure) {
    return does((request, answers) -> fail(request, answers, failure));
  }

  ScriptedNode breaksConnections() {
    return does((request, answers) -> answers.breakOff());
  }

  /** Takes nothing off the wire any more. */
  ScriptedNode readsNothing() {
    reads.acquireUninterruptibly();
    return this;
  }

  void readsOn() {
    reads.release();
  }

  void tells(Topology next) {
    topology = next;
  }

  static void done(StreamRequest request, Answers answers) {
    var response = StreamResponse.newBuilder().setId(request.getId());
    String context = "context " + request.getId();
    switch (request.getRequestCase()) {
      case PUT -> response.setPut(PutResponse.newBuilder().setContext(context));
      case DELETE -> response.setDelete(DeleteResponse.newBuilder().setContext(context));
      default ->
          response.setGet(
              GetResponse.newBuilder()
                  .setContext("read")
                  .addValues(Value.newBuilder().setValue(ByteString.copyFromUtf8("value"))));
    }
    answers.send(response.build());
  }

  static void fail(StreamRequest request, Answers answers, Failure.Builder failure) {
    answers.send(StreamResponse.newBuilder().setId(request.getId()).setFailure(failure).build());
  }

  static Failure.Builder unavailable(int retryAfterMillis) {
    return Failure.newBuilder()
        .setCode(Code.UNAVAILABLE_VALUE)
        .setReason("unavailable")
        .setMessage("too few replicas")
        .setRetryAfterMillis(retryAfterMillis)
        .setOutcome("not-done");
  }

  static Failure.Builder refused(Code code, String reason) {
    return Failure.newBuilder().setCode(code.getNumber()).setReason(reason).setMessage("refused");
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  StreamRequest takeRequest() throws InterruptedException {
    StreamRequest request = received.poll(10, TimeUnit.SECONDS);
    assertNotNull(request, "a request");
    return request;
  }

  int waitingRequests() {
    return received.size();
  }

  /** Tells its clients that it is going, and finishes what it has begun. */
  void shutDown() throws IOException {
    listener.close();
    var closing = StreamResponse.Closing.getDefaultInstance();
    connections.forEach(each -> each.send(StreamResponse.newBuilder().setClosing(closing).build()));
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    connections.forEach(Connection::breakOff);
  }

  private interface Task {
    void run() throws IOException;
  }

  /** Until the task is done, or what it works on is closed. */
  private static void run(Task task) {
    var thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                // Closed, by either side.
              }
            },
            "scripted-node");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      var connection = new Connection(listener.accept());
      connections.add(connection);
      if (listener.isClosed()) {
        connection.breakOff();
      }
      run(connection::read);
    }
  }

  private final class Connection implements Answers {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      socket.setTcpNoDelay(true);
      this.in = new DataInputStream(socket.getInputStream());
      this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    void read() throws IOException {
      if (!Arrays.equals(in.readNBytes(PREFACE.length), PREFACE)) {
        breakOff();
        return;
      }
      while (true) {
        reads.acquireUninterruptibly();
        reads.release();
        receive(StreamRequest.parseFrom(in.readNBytes(in.readInt())));
      }
    }

    private void receive(StreamRequest request) {
      if (request.hasTopology()) {
        send(StreamResponse.newBuilder().setId(request.getId()).setTopology(topology).build());
      } else {
        received.add(request);
        script.receive(request, this);
      }
    }

    @Override
    public synchronized void send(StreamResponse response) {
      try {
        byte[] bytes = response.toByteArray();
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
      } catch (IOException e) {
        breakOff();
      }
    }

    @Override
    public void breakOff() {
      try {
        socket.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
