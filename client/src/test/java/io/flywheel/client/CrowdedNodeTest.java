package io.flywheel.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that takes nothing off the wire for a while. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class CrowdedNodeTest {
  private static final byte[] LARGE = new byte[200_000];
  private static final int MANY = 40;

  /** It must not find, when it reads on, what nobody waits for any more. */
  @Test
  void whatItDoesNotTakeWaitsHereAndIsNotSentInTheEnd() throws IOException, InterruptedException {
    try (var node = ScriptedNode.start().readsNothing();
        var client =
            FlywheelClient.builder()
                .addresses(node.address())
                .timeout(Duration.ofMillis(300))
                .build()) {
      var puts = new ArrayList<CompletableFuture<Written>>();
      for (int i = 0; i < MANY; i++) {
        puts.add(client.putAsync("key-" + i, LARGE));
      }
      int certain = 0;
      for (var put : puts) {
        certain += endsAsNotDone(put) ? 1 : 0;
      }
      node.readsOn();
      while (!isPut(client)) {
        Thread.onSpinWait(); // The test's timeout bounds it.
      }
      int left = 0;
      while (node.takeRequest().getPut().getValue().size() == LARGE.length) {
        left++;
      }
      assertEquals(MANY, left + certain, "what has not left is certainly not done");
      assertTrue(certain > MANY / 2, "a few may be in buffers on the way: " + left);
    }
  }

  /** They are told long before their time is over, and before anybody could do more for them. */
  @Test
  void whoWaitsInALineThatDoesNotMoveIsToldSoon() throws IOException {
    try (var node = ScriptedNode.start();
        var client =
            FlywheelClient.builder()
                .addresses(node.address())
                .timeout(Duration.ofSeconds(4))
                .mostInFlight(1_000_000)
                .build()) {
      client.put("key", LARGE);
      node.readsNothing();
      var puts = new ArrayList<CompletableFuture<Written>>();
      for (int i = 0; i < MANY; i++) {
        puts.add(client.putAsync("key-" + i, LARGE));
      }
      while (puts.stream().noneMatch(CompletableFuture::isCompletedExceptionally)) {
        var comes = client.putAsync("another", new byte[1]); // Whoever comes looks at the line.
        assertFalse(comes.isDone());
      }
      var told =
          puts.stream()
              .filter(CompletableFuture::isCompletedExceptionally)
              .findFirst()
              .orElseThrow();
      var failure = assertThrows(CompletionException.class, told::join).getCause();
      assertEquals("overloaded", assertInstanceOf(NotDoneException.class, failure).reason());
      node.readsOn();
    }
  }

  private static boolean endsAsNotDone(CompletableFuture<Written> put) {
    try {
      put.join();
      return false;
    } catch (CompletionException e) {
      return e.getCause() instanceof NotDoneException;
    }
  }

  private static boolean isPut(FlywheelClient client) {
    try {
      client.put("key", "value".getBytes(UTF_8));
      return true;
    } catch (FlywheelException e) {
      return false; // the node is left alone for a moment
    }
  }
}
