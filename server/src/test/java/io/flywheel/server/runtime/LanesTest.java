package io.flywheel.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.server.http.ScriptedPort;
import io.flywheel.server.peer.Sockets;
import io.netty.channel.DefaultEventLoop;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How requests and answers cross between a lane and the loop that owns the node. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class LanesTest {
  @TempDir private Path folder;
  private final CountingLoop nodeLoop = new CountingLoop();
  private final CountingLoop laneLoop = new CountingLoop();
  private final ScriptedPort node = new ScriptedPort(nodeLoop);
  private final ClientLane lane = new ClientLane(laneLoop, node);
  private final BlockingQueue<String> answered = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() {
    laneLoop.stop();
    nodeLoop.stop();
  }

  /** Counts what other threads hand to it. */
  private static final class CountingLoop extends DefaultEventLoop {
    private final AtomicInteger handedOver = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
      if (!inEventLoop()) {
        handedOver.incrementAndGet();
      }
      super.execute(task);
    }

    void pass() {
      submit(() -> {}).syncUninterruptibly();
    }

    void stop() {
      shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private static ClientRequest get(String key) {
    return new ClientRequest.Get(Key.of("default", key), 0, 0, 1_000);
  }

  private void submit(String... keys) {
    for (String key : keys) {
      lane.submit(
          get(key),
          response -> answered.add(laneLoop.inEventLoop() ? key : key + " on another thread"));
    }
  }

  private @Nullable String nextAnswered() throws InterruptedException {
    return answered.poll(20, TimeUnit.SECONDS);
  }

  @Test
  void whatIsReadInOneTurnCrossesTogetherAndSoDoTheAnswers() throws Exception {
    node.answer("", ScriptedPort.found());
    laneLoop.submit(() -> submit("a", "b", "c")).syncUninterruptibly();
    assertEquals("a", nextAnswered());
    assertEquals("b", nextAnswered());
    assertEquals("c", nextAnswered());
    assertEquals(1, nodeLoop.handedOver.get());
    assertEquals(1 + 1, laneLoop.handedOver.get()); // the first is this test's

    laneLoop.submit(() -> submit("d")).syncUninterruptibly();
    assertEquals("d", nextAnswered());
    assertEquals(2, nodeLoop.handedOver.get());
  }

  @Test
  void oneThatCannotTakeItsAnswerDoesNotCostOthersTheirs() throws Exception {
    node.answer("", ScriptedPort.found());
    laneLoop
        .submit(
            () -> {
              lane.submit(
                  get("broken"),
                  response -> {
                    throw new IllegalStateException("a handler that fails");
                  });
              submit("whole");
            })
        .syncUninterruptibly();
    assertEquals("whole", nextAnswered());
  }

  @Test
  void theNodeIsAskedOnItsLoopAndTellsOnTheLane() throws Exception {
    laneLoop
        .submit(
            () ->
                lane.ask(
                    port -> nodeLoop.inEventLoop() ? port.transferBytesPerSecond() : -1,
                    told -> answered.add(told + (laneLoop.inEventLoop() ? "" : " elsewhere"))))
        .syncUninterruptibly();
    assertEquals("1000", nextAnswered());
  }

  @Test
  void whatIsAnsweredAfterTheLaneHasEndedIsDropped() throws Exception {
    laneLoop
        .submit(
            () -> {
              submit("late");
              lane.ask(RequestPort::transferBytesPerSecond, told -> answered.add("asked"));
            })
        .syncUninterruptibly();
    assertNotNull(node.next());
    assertEquals("asked", nextAnswered());
    laneLoop.stop();
    node.release();
    nodeLoop.pass();
    nodeLoop.pass();
    assertTrue(answered.isEmpty());
    // The node has not been harmed, and goes on.
    node.answer("", ScriptedPort.found());
    nodeLoop.execute(() -> node.submit(get("other"), _ -> answered.add("other")));
    assertEquals("other", nextAnswered());
  }

  @Test
  void oneLaneIsTheNodesOwn() {
    try (var lanes = Lanes.beside(node, Sockets.NIO, 1, "lane")) {
      assertEquals(List.of(node), lanes.serving());
      assertSame(nodeLoop, lanes.group());
    }
    assertTrue(!nodeLoop.isShuttingDown());
    assertThrows(
        IllegalArgumentException.class, () -> Lanes.beside(node, Sockets.NIO, 0, "lane").close());
    assertThrows(
        IllegalArgumentException.class,
        () -> Lanes.beside(node, Sockets.NIO, Lanes.MOST + 1, "lane").close());
  }

  @Test
  void lanesEndOnceTheyHaveDeliveredWhatTheNodeHadAnswered() throws Exception {
    var lanes = Lanes.beside(node, Sockets.NIO, 3, "lane");
    assertEquals(2, lanes.serving().size());
    for (Lane one : lanes.serving()) {
      one.eventLoop()
          .submit(
              () ->
                  one.submit(
                      get("held"),
                      response ->
                          // As a connection does, which is flushed when its loop is done with the
                          // rest.
                          one.eventLoop().execute(() -> answered.add("written"))))
          .syncUninterruptibly();
      assertNotNull(node.next());
    }
    node.release();
    node.release();
    lanes.close();
    assertEquals(List.of("written", "written"), List.copyOf(answered));
    assertTrue(lanes.group().isTerminated());
  }

  @Test
  void whatWasReadWhenTheNodeIsToldToStopIsAnswered() throws Exception {
    try (var cluster = TestCluster.start(folder, 1, /* durable= */ false)) {
      var runtime = cluster.node(0);
      var outcomes = new LinkedBlockingQueue<Outcome>();
      var lanes = runtime.lanes(3);
      for (Lane one : lanes.serving()) {
        one.eventLoop()
            .submit(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    one.submit(get("k" + i), response -> outcomes.add(response.outcome()));
                  }
                })
            .syncUninterruptibly();
      }
      runtime.drain();
      lanes.close();
      assertEquals(200, outcomes.size());
      for (Outcome outcome : outcomes) {
        boolean refused =
            outcome instanceof Outcome.NotDone notDone
                && notDone.obstacle() == Outcome.Obstacle.NOT_SERVING;
        assertTrue(refused || outcome instanceof Outcome.Found, outcome.toString());
      }
    }
  }
}
