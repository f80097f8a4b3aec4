package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.flywheel.api.v1.DeleteResponse;
import io.flywheel.api.v1.Failure;
import io.flywheel.api.v1.GetResponse;
import io.flywheel.api.v1.GetTopologyRequest;
import io.flywheel.api.v1.KeyValueGrpc;
import io.flywheel.api.v1.PutResponse;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.api.v1.Topology;
import io.flywheel.api.v1.Value;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A node that answers as a test tells it to, over real connections. */
final class ScriptedNode implements AutoCloseable {
  private final Server server;
  private final int port;
  private final BlockingQueue<StreamRequest> received = new LinkedBlockingQueue<>();
  private volatile Script script = ScriptedNode::done;
  private volatile Topology topology = Topology.getDefaultInstance();
  private final Queue<ServerCallStreamObserver<StreamResponse>> held =
      new ConcurrentLinkedQueue<>();
  private volatile boolean reads = true;

  private ScriptedNode() throws IOException {
    var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    this.server =
        NettyServerBuilder.forAddress(anyPort)
            .directExecutor()
            .addService(new Service())
            .build()
            .start();
    this.port = server.getPort();
  }

  static ScriptedNode start() throws IOException {
    return new ScriptedNode();
  }

  /** What a node does with a request. */
  interface Script {
    void receive(StreamRequest request, StreamObserver<StreamResponse> answers);
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
    return does((request, answers) -> answers.onError(new IllegalStateException("scripted")));
  }

  /** Takes nothing off the wire any more. */
  ScriptedNode readsNothing() {
    reads = false;
    return this;
  }

  void readsOn() {
    reads = true;
    for (var stream = held.poll(); stream != null; stream = held.poll()) {
      stream.request(1);
    }
  }

  void tells(Topology next) {
    topology = next;
  }

  static void done(StreamRequest request, StreamObserver<StreamResponse> answers) {
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
    answers.onNext(response.build());
  }

  static void fail(
      StreamRequest request, StreamObserver<StreamResponse> answers, Failure.Builder failure) {
    answers.onNext(StreamResponse.newBuilder().setId(request.getId()).setFailure(failure).build());
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
    return "127.0.0.1:" + port;
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
  void shutDown() {
    server.shutdown();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Service extends KeyValueGrpc.KeyValueImplBase {
    @Override
    public StreamObserver<StreamRequest> stream(StreamObserver<StreamResponse> answers) {
      var stream = (ServerCallStreamObserver<StreamResponse>) answers;
      stream.disableAutoRequest();
      stream.request(1);
      return new Conversation(stream);
    }

    @Override
    public void getTopology(GetTopologyRequest request, StreamObserver<Topology> answers) {
      answers.onNext(topology);
      answers.onCompleted();
    }
  }

  /** One stream, which ends when its client has ended it and all is answered. */
  private final class Conversation implements StreamObserver<StreamRequest> {
    private final ServerCallStreamObserver<StreamResponse> answers;
    private int unanswered;
    private boolean ended;

    Conversation(ServerCallStreamObserver<StreamResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(StreamRequest request) {
      synchronized (this) {
        unanswered++;
      }
      received.add(request);
      if (reads) {
        answers.request(1);
      } else {
        held.add(answers);
      }
      script.receive(request, new Answers());
    }

    private synchronized void answered() {
      unanswered--;
      endIfDone();
    }

    private void endIfDone() {
      if (ended && unanswered == 0) {
        answers.onCompleted();
      }
    }

    @Override
    public synchronized void onCompleted() {
      ended = true;
      endIfDone();
    }

    @Override
    public void onError(Throwable cause) {}

    private final class Answers implements StreamObserver<StreamResponse> {
      @Override
      public void onNext(StreamResponse response) {
        answers.onNext(response);
        answered();
      }

      @Override
      public void onError(Throwable cause) {
        answers.onError(cause);
      }

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    }
  }
}
