package io.flywheel.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Bytes;
import io.flywheel.server.peer.Sockets;
import io.flywheel.server.runtime.Lanes;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pages of the node for connections on another loop. What they show, the tests of admin see. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class NodeSideTest {
  private final DefaultEventLoop nodeLoop = new DefaultEventLoop();
  private final ScriptedPort node = new ScriptedPort(nodeLoop);
  private final Lanes lanes = Lanes.beside(node, Sockets.NIO, 2, "lane");
  private final BlockingQueue<Answer> sent = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() {
    lanes.close();
    nodeLoop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** A page that is carried out like this. */
  private interface Page {
    void run(Reply reply) throws ProblemException;
  }

  private static Endpoint endpoint(Page page) {
    return _ ->
        new Call() {
          @Override
          public int bodyLimitBytes() {
            return 17;
          }

          @Override
          public void run(Bytes body, Reply reply) throws ProblemException {
            page.run(reply);
          }
        };
  }

  /** Opens the page from the lane, and returns when the node's loop is through with it. */
  private void ask(Page page) throws Exception {
    var lane = lanes.serving().getFirst();
    var route = NodeSide.route(new Route("/page", endpoint(page)), node, lane);
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/page");
    request.headers().add("Host", "h");
    Call call = route.endpoint().open(RequestHead.of(request));
    assertEquals(17, call.bodyLimitBytes());
    call.run(
        Bytes.EMPTY,
        new Reply() {
          @Override
          public ByteBufAllocator allocator() {
            return UnpooledByteBufAllocator.DEFAULT;
          }

          @Override
          public boolean affords(long bytes) {
            return true;
          }

          @Override
          public void send(Answer answer) {
            assertTrue(lane.eventLoop().inEventLoop());
            sent.add(answer);
          }
        });
    nodeLoop.submit(() -> {}).syncUninterruptibly();
  }

  private int nextStatus() throws InterruptedException {
    Answer answer = sent.poll(20, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer came");
    }
    answer.body().release();
    return answer.status();
  }

  @Test
  void aPageIsMadeOnTheNodesLoopAndSentOnTheLane() throws Exception {
    ask(reply -> reply.send(Answer.text(nodeLoop.inEventLoop() ? 200 : 500, "text/plain", "x")));
    assertEquals(200, nextStatus());
  }

  @Test
  void problemsAndBugsAreAnswersToo() throws Exception {
    ask(
        _ -> {
          throw new ProblemException(ProblemType.UNAVAILABLE, "not yet");
        });
    assertEquals(503, nextStatus());
    ask(
        _ -> {
          throw new IllegalStateException("a bug");
        });
    assertEquals(500, nextStatus());
  }

  @Test
  void aRequestHasOneAnswer() throws Exception {
    var second = Answer.text(201, "text/plain", "second");
    ask(
        reply -> {
          reply.send(Answer.text(200, "text/plain", "first"));
          reply.send(second);
        });
    assertEquals(200, nextStatus());
    assertEquals(0, second.body().refCnt());
    assertTrue(sent.isEmpty());
  }

  @Test
  void anAnswerForALaneThatHasEndedIsLetGo() throws Exception {
    var late = Answer.text(200, "text/plain", "late");
    lanes.close();
    ask(reply -> reply.send(late));
    assertEquals(0, late.body().refCnt());
    assertTrue(sent.isEmpty());
  }

  @Test
  void theNodesOwnLaneNeedsNoDetour() {
    var route = new Route("/page", endpoint(_ -> {}));
    assertEquals(route, NodeSide.route(route, node, node));
  }
}
