package io.flywheel.simulator.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.RequestId;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HistoryTest {
  private static final Key KEY = Key.of("default", "key");

  private final History history =
      new History(new ClusterSettings("test", 8, Quorum.majority(3), Limits.DEFAULT, List.of()));

  @Test
  void aValueNamesItsOperationAndWhatItsClientHadRead() {
    var first = put(new BitSet());
    var second = put(setOf(0));
    assertEquals("0<>", first.write().value().toUtf8());
    assertEquals("1<0>", second.write().value().toUtf8());
    assertSame(second, history.writer(KEY, second.write().value()));
  }

  @Test
  void aValueThatNobodyWroteHasNoWriter() {
    put(new BitSet());
    assertNull(history.writer(KEY, Bytes.utf8("0<7>")));
    assertNull(history.writer(KEY, Bytes.utf8("no number")));
    assertNull(history.writer(Key.of("default", "other"), Bytes.utf8("0<>")));
  }

  @Test
  void whatAReadReplacedIsKnownWithIt() {
    var first = put(new BitSet());
    var second = put(setOf(0));
    var third = put(setOf(1));
    assertTrue(third.knew(second));
    assertTrue(third.knew(first));
    assertFalse(first.knew(third));
  }

  @Test
  void aDeletionWithoutAContextMayReplaceWhateverIsThere() {
    var put = put(new BitSet());
    var read = history.delete(KEY, new BitSet(), false, new RequestId(0, 1));
    var blind = history.delete(KEY, new BitSet(), true, new RequestId(0, 2));
    assertFalse(read.mayReplace(put));
    assertTrue(blind.mayReplace(put));
    assertFalse(blind.knew(put));
    assertSame(blind, history.deleter(KEY, new RequestId(0, 2)));
  }

  private Operation put(BitSet read) {
    return history.put(KEY, read, history.closure(read), 0, 0, null);
  }

  private static BitSet setOf(int operation) {
    var set = new BitSet();
    set.set(operation);
    return set;
  }
}
