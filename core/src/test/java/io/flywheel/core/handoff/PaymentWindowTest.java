package io.flywheel.core.handoff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.core.model.NodeId;
import org.junit.jupiter.api.Test;

final class PaymentWindowTest {
  private static final NodeId NEAR = new NodeId(1);
  private static final NodeId FAR = new NodeId(2);

  private final PaymentWindow window = new PaymentWindow(FAR::equals);

  @Test
  void itBeginsWithFewAndOpensWithEachPromptConfirmation() {
    assertEquals(4, window.size(0));
    window.confirmed(NEAR, 0, 20);
    window.confirmed(NEAR, 0, 21);
    assertEquals(6, window.size(21));
  }

  @Test
  void itOpensToABound() {
    for (int payment = 0; payment < 1_000; payment++) {
      window.confirmed(NEAR, payment, payment);
    }
    assertEquals(128, window.size(1_000));
  }

  @Test
  void oneThatTookLongHalvesItOnceForAllThatWereUnderWay() {
    window.confirmed(NEAR, 0, 200);
    window.confirmed(NEAR, 10, 210);
    window.confirmed(NEAR, 190, 290);
    assertEquals(2, window.size(290), "the three were under way together");
    window.confirmed(NEAR, 201, 400);
    window.confirmed(NEAR, 401, 600);
    assertEquals(1, window.size(600), "it never closes");
  }

  @Test
  void afterARestItBeginsWithFewAgain() {
    for (int payment = 0; payment < 100; payment++) {
      window.confirmed(NEAR, payment, payment);
    }
    assertEquals(104, window.size(1_000));
    assertEquals(4, window.size(1_100));
    window.confirmed(NEAR, 1_100, 1_110);
    assertEquals(5, window.size(1_110));
  }

  /** The first says how far it is; what takes longer than that and a moment is slow. */
  @Test
  void theWayToAnotherDataCentreIsNobodysFault() {
    window.confirmed(FAR, 0, 80);
    window.confirmed(FAR, 10, 130);
    assertEquals(6, window.size(130));
    window.confirmed(FAR, 140, 300);
    assertEquals(3, window.size(300));
    window.confirmed(FAR, 310, 1_000);
    assertEquals(1, window.size(1_000), "nothing is so far away");
  }
}
