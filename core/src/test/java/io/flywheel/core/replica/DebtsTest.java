package io.flywheel.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DebtsTest {
  private static final NodeId OWNER = new NodeId(1);
  private static final NodeId OTHER = new NodeId(2);

  @Test
  void whatIsOwedIsAsOldAsItsOldestPart() {
    var debts = Debts.NONE.with(OWNER, 7, 100, 1);
    assertEquals(7, debts.era());
    assertEquals(5, debts.with(OTHER, 5, 120, 2).era());
    assertEquals(7, debts.with(OTHER, 9, 120, 2).era());
    assertEquals(4, debts.merged(4, 2).era(), "also where it was restored from replicas");
    assertEquals(2, debts.merged(4, 2).version(), "what was read before does not pay for it");
  }

  @Test
  void theDebtThatIsLeftKeepsItsAge() throws MalformedException {
    var debts = Debts.NONE.with(OWNER, 7, 100, 1).with(OTHER, 9, 120, 2);
    var left = debts.without(List.of(OWNER));
    assertEquals(List.of(OTHER), left.owners());
    assertEquals(7, left.era());
    assertEquals(left, Debts.decode(left.encode()));
    assertEquals(Debts.NONE, left.without(List.of(OTHER)));
  }
}
