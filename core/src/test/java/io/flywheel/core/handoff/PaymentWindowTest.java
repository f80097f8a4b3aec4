package io.flywheel.core.handoff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class PaymentWindowTest {
  private final PaymentWindow window = new PaymentWindow();

  @Test
  void itBeginsWithFewAndOpensWithEachPromptConfirmation() {
    assertEquals(4, window.size(0));
    window.confirmed(0, 20);
    window.confirmed(0, 21);
    assertEquals(6, window.size(21));
  }

  @Test
  void itOpensToABound() {
    for (int payment = 0; payment < 1_000; payment++) {
      window.confirmed(payment, payment);
    }
    assertEquals(128, window.size(1_000));
  }

  @Test
  void oneThatTookLongHalvesItOnceForAllThatWereUnderWay() {
    window.confirmed(0, 200);
    window.confirmed(10, 210);
    window.confirmed(190, 290);
    assertEquals(2, window.size(290), "the three were under way together");
    window.confirmed(201, 400);
    window.confirmed(401, 600);
    assertEquals(1, window.size(600), "it never closes");
  }

  @Test
  void afterARestItBeginsWithFewAgain() {
    for (int payment = 0; payment < 100; payment++) {
      window.confirmed(payment, payment);
    }
    assertEquals(104, window.size(1_000));
    assertEquals(4, window.size(1_100));
    window.confirmed(1_100, 1_110);
    assertEquals(5, window.size(1_110));
  }
}
