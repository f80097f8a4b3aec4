package io.flywheel.core.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Packed requests behave as a sorted set of requests does. */
final class AppliedRequestsTest {
  private final SplittableRandom random = new SplittableRandom(7);

  @Test
  void aUnionIsThatOfTheSets() {
    for (int i = 0; i < 2_000; i++) {
      var some = any();
      var others = any();
      var both = new TreeSet<>(some);
      both.addAll(others);
      var union = AppliedRequests.of(some).union(AppliedRequests.of(others));
      assertEquals(List.copyOf(both), union);
      assertEquals(AppliedRequests.of(both), union);
    }
  }

  @Test
  void aUnionThatAddsNothingIsOneOfTheTwo() {
    var all = AppliedRequests.of(List.of(request(1, 1, 1, 1), request(2, 1, 1, 1)));
    var last = AppliedRequests.of(List.of(request(2, 1, 1, 1)));
    assertSame(all, all.union(last));
    assertSame(all, last.union(all));
    assertSame(all, all.union(AppliedRequests.NONE));
    assertSame(all, AppliedRequests.NONE.union(all));
  }

  @Test
  void theOrderIsThatOfRequests() {
    for (int i = 0; i < 2_000; i++) {
      var two = List.of(request(), request());
      var packed = new AppliedRequests.Builder(2);
      boolean inOrder = true;
      for (AppliedRequest request : two) {
        var id = request.id();
        var dot = request.dot();
        long digest = request.operationDigest();
        inOrder = packed.add(dot.actor(), dot.stamp(), id.high(), id.low(), digest);
      }
      assertEquals(two.get(0).compareTo(two.get(1)) < 0, inOrder, () -> "of " + two);
    }
  }

  @Test
  void onlySomeAreKept() {
    var all = AppliedRequests.of(List.of(request(1, 1, 1, 1), request(2, 1, 1, 1)));
    assertEquals(List.of(request(2, 1, 1, 1)), all.only(i -> i == 1));
    assertSame(all, all.only(_ -> true));
    assertTrue(all.only(_ -> false).isEmpty());
  }

  @Test
  void theNewestOfARequestIsFound() {
    var all =
        AppliedRequests.of(List.of(request(1, 1, 5, 1), request(2, 1, 5, 1), request(3, 1, 6, 1)));
    assertEquals(1, all.find(new RequestId(5, 5)));
    assertEquals(-1, all.find(new RequestId(5, 6)));
    assertEquals(0, all.find(new Dot(new Actor(1, 1), 1)));
    assertEquals(-1, all.find(new Dot(new Actor(2, 1), 1)));
  }

  @Test
  void twinsAreTheSameOperationOfTheSameRequest() {
    var all =
        AppliedRequests.of(
            List.of(
                request(1, 1, 5, 1),
                request(2, 2, 5, 1),
                request(3, 1, 5, 2),
                request(4, 1, 6, 1)));
    assertTrue(all.areTwins(0, 1));
    assertFalse(all.areTwins(0, 2), "another operation");
    assertFalse(all.areTwins(0, 3), "another request");
  }

  @Test
  void equalityIsThatOfLists() {
    var one = AppliedRequests.of(List.of(request(1, 1, 1, 1)));
    assertEquals(List.of(request(1, 1, 1, 1)), one);
    assertEquals(one, List.of(request(1, 1, 1, 1)));
    assertEquals(List.of(request(1, 1, 1, 1)).hashCode(), one.hashCode());
    assertEquals(one, AppliedRequests.of(one));
    for (var other :
        List.of(
            request(2, 1, 1, 1), request(1, 2, 1, 1), request(1, 1, 2, 1), request(1, 1, 1, 2))) {
      assertNotEquals(one, AppliedRequests.of(List.of(other)));
    }
    assertNotEquals(one, AppliedRequests.NONE);
  }

  private List<AppliedRequest> any() {
    var some = new TreeSet<AppliedRequest>();
    int size = random.nextInt(12);
    for (int i = 0; i < size; i++) {
      some.add(request());
    }
    return new ArrayList<>(some);
  }

  /** One of few, so that many are alike. */
  private AppliedRequest request() {
    return request(
        1 + random.nextInt(4), 1 + random.nextInt(2), random.nextInt(2), random.nextInt(2));
  }

  private static AppliedRequest request(long stamp, long actor, long id, long digest) {
    return new AppliedRequest(new RequestId(id, id), digest, new Dot(new Actor(actor, 1), stamp));
  }
}
