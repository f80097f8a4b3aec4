package io.flywheel.junit.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.junit.FlywheelExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ShoppingCartTest {
  @RegisterExtension static final FlywheelExtension FLYWHEEL = FlywheelExtension.ofNodes(1);

  @Test
  void nothingThatWasPutInIsLostAndNothingTakenOutComesBack() {
    List<String> lines = new ArrayList<>();
    ShoppingCart.shop(lines::add, FLYWHEEL.addresses().getFirst());
    assertEquals("phone:   1 book, 2 pen", lines.get(0));
    assertEquals(
        Set.of("sibling: 1 book", "sibling: 1 book, 1 lamp, 2 pen"),
        Set.copyOf(lines.subList(1, 3)));
    assertEquals("merged:  1 book, 1 lamp", lines.get(3));
    assertEquals("tablet:  2 book, 1 lamp", lines.get(4));
  }
}
