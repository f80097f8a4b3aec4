package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.Code;
import io.flywheel.api.v1.Failure;
import io.flywheel.client.RequestObserver.Cause;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OverloadedClusterTest extends TwoScriptedNodes {
  private static final byte[] VALUE = {1};
  private static final int REQUESTS = 300;

  private FlywheelClient client() {
    return builder().retryBudget(1).build();
  }

  private static Failure.Builder overloaded() {
    return ScriptedNode.refused(Code.RESOURCE_EXHAUSTED, "overloaded").setRetryAfterMillis(60_000);
  }

  @Test
  void nobodyIsAskedAgainWhereAllHaveTooMuchToDo() {
    first.fails(overloaded());
    second.fails(overloaded());
    try (var client = client()) {
      assertThrows(NotDoneException.class, () -> client.put("k", VALUE));
      assertEquals(List.of(Cause.FIRST, Cause.RETRY), causes(), "they may be the exception");
      for (int i = 1; i < REQUESTS; i++) {
        var failure = assertThrows(NotDoneException.class, () -> client.put("k", VALUE));
        assertEquals("overloaded", failure.reason());
      }
    }
    long retries = causes().stream().filter(Cause.RETRY::equals).count();
    assertTrue(retries < REQUESTS / 2, retries + " retries");
  }

  @Test
  void anotherIsAskedWhereOneHasTooMuchToDo() {
    first.fails(overloaded());
    try (var client = client()) {
      for (int i = 0; i < REQUESTS; i++) {
        client.put("k", VALUE);
      }
    }
  }
}
