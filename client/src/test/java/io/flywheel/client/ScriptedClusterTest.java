package io.flywheel.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.Code;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.client.RequestObserver.Cause;
import io.flywheel.client.RequestObserver.Ending;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes that fail as they are told to; the first is asked first. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class ScriptedClusterTest extends TwoScriptedNodes {
  private static final byte[] VALUE = "value".getBytes(UTF_8);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(10);

  @Override
  FlywheelClient.Builder builder() {
    return super.builder().timeout(LONG);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait(); // The test's timeout bounds it.
    }
  }

  private static FlywheelException failureOf(CompletableFuture<?> future) {
    var wrapped = assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS));
    return assertInstanceOf(FlywheelException.class, wrapped.getCause());
  }

  @Test
  void whatIsNotDoneIsRetriedElsewhereUnderTheSameId() throws Exception {
    first.fails(ScriptedNode.unavailable(1_000));
    try (var client = builder().build()) {
      Written written = client.put("k", VALUE);
      assertEquals("context 1", written.context());
    }
    StreamRequest refused = first.takeRequest();
    StreamRequest done = second.takeRequest();
    assertEquals(16, done.getPut().getRequestId().size());
    assertEquals(refused.getPut().getRequestId(), done.getPut().getRequestId());
    assertEquals(List.of(Cause.FIRST, Cause.RETRY), causes());
    assertEquals(List.of(Ending.DONE), sent.endings());
  }

  @Test
  void anIdOfTheCallersOwnIsTheOneThatIsSent() throws Exception {
    var id = new RequestId(1, 2);
    try (var client = builder().build()) {
      client.put("k", VALUE, Put.requestId(id).w(2).pw(1).ttl(Duration.ofHours(1)));
    }
    var put = first.takeRequest().getPut();
    assertEquals(id.bytes(), put.getRequestId());
    assertEquals(2, put.getW());
    assertEquals(1, put.getPw());
    assertEquals(3_600_000, put.getTtlMillis());
    assertTrue(put.getTimeoutMillis() > 1_000 && put.getTimeoutMillis() < LONG.toMillis());
  }

  @Test
  void aWriteThatMayHaveArrivedIsNeverCalledNotDone() {
    first.breaksConnections();
    second.fails(ScriptedNode.unavailable(0));
    try (var client = builder().build()) {
      var failure = assertThrows(UnknownOutcomeException.class, () -> client.put("k", VALUE));
      assertEquals("unavailable", failure.reason());
      assertThrows(NotDoneException.class, () -> client.get("k"));
    }
    assertEquals(List.of(Ending.UNKNOWN, Ending.NOT_DONE), sent.endings());
  }

  @Test
  void aRefusalAfterThatIsNoNewsEither() {
    first.breaksConnections();
    second.fails(ScriptedNode.refused(Code.RESOURCE_EXHAUSTED, "too-many-siblings"));
    try (var client = builder().build()) {
      var failure = assertThrows(UnknownOutcomeException.class, () -> client.put("k", VALUE));
      assertEquals("too-many-siblings", failure.reason());
    }
  }

  @Test
  void anInvalidRequestIsNotRetried() {
    first.fails(
        ScriptedNode.refused(Code.INVALID_ARGUMENT, "bad-quorum").setField("w").setMessage("is 1"));
    try (var client = builder().build()) {
      var failure =
          assertThrows(InvalidRequestException.class, () -> client.put("k", VALUE, Put.w(9)));
      assertEquals("w", failure.field());
      assertEquals("w is 1", failure.getMessage());
      assertEquals("bad-quorum", failure.reason());
    }
    assertEquals(List.of(Cause.FIRST), causes());
    assertEquals(List.of(Ending.REFUSED), sent.endings());
  }

  @Test
  void withoutABudgetNothingIsRetried() {
    first.fails(ScriptedNode.unavailable(1));
    try (var client = builder().retryBudget(0).build()) {
      assertThrows(NotDoneException.class, () -> client.put("k", VALUE));
      first.isSilent();
      assertThrows(NotDoneException.class, () -> client.get("k", Read.timeout(SHORT)));
    }
    assertEquals(List.of(Cause.FIRST, Cause.FIRST), causes());
  }

  @Test
  void aNodeIsLeftAloneForAsLongAsItAsks() {
    var answers = new AtomicInteger();
    first.does(
        (request, out) -> {
          if (answers.getAndIncrement() == 0) {
            ScriptedNode.fail(request, out, ScriptedNode.unavailable(100));
          } else {
            ScriptedNode.done(request, out);
          }
        });
    try (var client = FlywheelClient.builder().addresses(first.address()).timeout(LONG).build()) {
      long start = System.nanoTime();
      client.put("k", VALUE);
      assertTrue(System.nanoTime() - start >= 100_000_000);
      answers.set(0);
      var failure =
          assertThrows(
              NotDoneException.class,
              () -> client.put("k", VALUE, Put.timeout(Duration.ofMillis(60))));
      assertEquals(Duration.ofMillis(100), failure.retryAfter());
    }
  }

  @Test
  void aGetThatTakesLongIsAskedOfAnother() {
    try (var client = builder().build()) {
      for (int i = 0; i < 1_500; i++) {
        client.get("k"); // Until it knows what long is.
      }
      sent.clear();
      first.isSilent();
      long start = System.nanoTime();
      assertArrayEquals(VALUE, client.get("k").value());
      assertTrue(System.nanoTime() - start < LONG.toNanos() / 4, "well before half of the timeout");
    }
    assertEquals(List.of(Cause.FIRST, Cause.HEDGE), causes());
  }

  @Test
  void aNodeThatNeverAnswersIsLeftOutAndTriedAgain() {
    first.isSilent();
    try (var client = builder().build()) {
      await(
          () -> {
            client.get("k", Read.timeout(SHORT));
            return sent.lastFirst().node().equals(second.address());
          });
      assertTrue(causes().stream().filter(cause -> cause == Cause.HEDGE).count() >= 3);
      first.does(ScriptedNode::done);
      await(
          () -> {
            client.get("k");
            return sent.lastFirst().node().equals(first.address());
          });
      sent.clear();
      client.get("k");
      client.get("k");
      assertEquals(List.of(Cause.FIRST, Cause.FIRST), causes());
      assertEquals(first.address(), sent.lastFirst().node());
    }
  }

  @Test
  void aDeadlineSaysWhatMayHaveHappened() {
    first.isSilent();
    second.isSilent();
    try (var client = builder().timeout(SHORT).build()) {
      long start = System.nanoTime();
      var put = assertThrows(UnknownOutcomeException.class, () -> client.put("k", VALUE));
      var get = assertThrows(NotDoneException.class, () -> client.get("k"));
      long took = System.nanoTime() - start;
      assertEquals("timed-out", put.reason());
      assertEquals("timed-out", get.reason());
      assertTrue(took >= 2 * SHORT.toNanos());
    }
  }

  @Test
  void whatNoNodeCanTakeIsCertainlyNotDone() throws IOException {
    int free;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    try (var client = FlywheelClient.connect("127.0.0.1:" + free)) {
      for (int i = 0; i < 10; i++) {
        var failure = assertThrows(NotDoneException.class, () -> client.put("k", VALUE));
        assertEquals("unreachable", failure.reason());
      }
    }
  }

  @Test
  void oneNodeThatCannotBeReachedCostsNoBudget() {
    first.close();
    try (var client = builder().build()) {
      for (int i = 0; i < 2 * RetryBudget.MOST_TOKENS; i++) {
        client.put("k", VALUE, Put.blind());
      }
      assertTrue(client.cluster().budget().spend());
    }
  }

  @Test
  void closingEndsWhatIsUnderWay() {
    first.isSilent();
    second.isSilent();
    var client = builder().timeout(Duration.ofSeconds(60)).build();
    var put = client.putAsync("k", VALUE);
    var get = client.getAsync("k");
    await(() -> first.waitingRequests() == 2);
    client.close();
    assertInstanceOf(UnknownOutcomeException.class, failureOf(put));
    assertInstanceOf(NotDoneException.class, failureOf(get));
    assertThrows(IllegalStateException.class, () -> client.get("k"));
    client.close();
    await(() -> Thread.getAllStackTraces().keySet().stream().noneMatch(this::isAlarmThread));
  }

  private boolean isAlarmThread(Thread thread) {
    return thread.getName().startsWith("flywheel-client");
  }

  @Test
  void aNodeThatGoesFinishesAndIsReplaced() throws Exception {
    var held = new CompletableFuture<Runnable>();
    first.does(
        (request, out) -> {
          if (!held.complete(() -> ScriptedNode.done(request, out))) {
            ScriptedNode.done(request, out);
          }
        });
    try (var client = builder().hedging(false).build()) {
      var put = client.putAsync("k", VALUE);
      Runnable answer = held.get(10, TimeUnit.SECONDS);
      first.shutDown();
      await(
          () -> {
            client.put("other", VALUE, Put.blind());
            return sent.lastFirst().node().equals(second.address());
          });
      answer.run();
      put.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void successivePutsReplaceEachOther() throws Exception {
    try (var client = builder().build()) {
      client.put("k", VALUE);
      var blind = first.takeRequest();
      assertEquals("", blind.getPut().getContext());
      client.put("k", VALUE);
      assertEquals("context " + blind.getId(), first.takeRequest().getPut().getContext());
      client.namespace("carts").put("k", VALUE);
      assertEquals("", first.takeRequest().getPut().getContext());
      client.put("k", VALUE, Put.blind());
      assertEquals("", first.takeRequest().getPut().getContext());
      client.get("k");
      first.takeRequest();
      client.put("k", VALUE);
      assertEquals("read", first.takeRequest().getPut().getContext());
      client.put("k", VALUE, Put.context("mine"));
      assertEquals("mine", first.takeRequest().getPut().getContext());
      client.delete("k");
      assertEquals("", first.takeRequest().getDelete().getContext());
    }
  }

  @Test
  void theContextOfAnotherClusterIsForgotten() throws Exception {
    first.does(
        (request, out) -> {
          if (request.getPut().getContext().isEmpty()) {
            ScriptedNode.done(request, out);
          } else {
            ScriptedNode.fail(
                request, out, ScriptedNode.refused(Code.INVALID_ARGUMENT, "bad-context"));
          }
        });
    try (var client = builder().build()) {
      client.put("k", VALUE);
      client.put("k", VALUE);
      var blind = first.takeRequest();
      assertEquals("", blind.getPut().getContext());
      assertEquals("context " + blind.getId(), first.takeRequest().getPut().getContext());
      assertEquals("", first.takeRequest().getPut().getContext());
      var mine =
          assertThrows(
              InvalidRequestException.class, () -> client.put("k", VALUE, Put.context("mine")));
      assertEquals("bad-context", mine.reason());
    }
  }

  @Test
  void anUpdateThatMeetsTooManySiblingsReadsAgain() throws Exception {
    var refusals = new AtomicInteger(2);
    first.does(
        (request, out) -> {
          if (request.hasPut() && refusals.getAndDecrement() > 0) {
            ScriptedNode.fail(
                request, out, ScriptedNode.refused(Code.RESOURCE_EXHAUSTED, "too-many-siblings"));
          } else {
            ScriptedNode.done(request, out);
          }
        });
    try (var client = builder().build()) {
      Store<String> texts = client.with(Codec.utf8());
      assertEquals("value!", texts.update("k", Merges.maximum(), text -> text + "!"));
    }
    assertEquals(6, first.waitingRequests());
    first.takeRequest();
    var put = first.takeRequest().getPut();
    assertEquals("read", put.getContext());
    assertEquals("value!", put.getValue().toStringUtf8());
    first.takeRequest();
    assertFalse(put.getRequestId().equals(first.takeRequest().getPut().getRequestId()));
  }

  @Test
  void whatAChangeThrowsReachesTheCaller() {
    try (var client = builder().build()) {
      Store<String> texts = client.with(Codec.utf8());
      assertThrows(
          UnsupportedOperationException.class,
          () ->
              texts.update(
                  "k",
                  Merges.maximum(),
                  text -> {
                    throw new UnsupportedOperationException();
                  }));
    }
  }

  @Test
  void aThreadOfTheNetworkDoesNotWaitForItself() throws InterruptedException {
    var answer = new LinkedBlockingQueue<Runnable>();
    ScriptedNode.Script later =
        (request, answers) -> answer.add(() -> ScriptedNode.done(request, answers));
    first.does(later);
    second.does(later);
    try (var client = builder().build()) {
      var chained = client.getAsync("k").thenApply(got -> client.get("k"));
      answer.take().run();
      var failure = assertThrows(CompletionException.class, chained::join);
      assertInstanceOf(IllegalStateException.class, failure.getCause());
      first.does(ScriptedNode::done);
      second.does(ScriptedNode::done);
      assertFalse(client.getAsync("k").thenCompose(got -> client.getAsync("k")).join().isEmpty());
    }
  }

  @Test
  void tooManyAtOnceAreRefusedHere() {
    first.isSilent();
    second.isSilent();
    try (var client = builder().mostInFlight(2).build()) {
      var one = client.getAsync("a");
      var two = client.getAsync("b");
      assertEquals("too-many-in-flight", failureOf(client.getAsync("c")).reason());
      assertFalse(one.isDone() || two.isDone());
    }
  }
}
