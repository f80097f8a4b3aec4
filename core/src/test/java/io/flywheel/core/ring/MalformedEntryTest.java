package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No node writes such entries; what comes from outside may be anything. */
class MalformedEntryTest {
  @Test
  void anEntryHasAtMostOneWithin() {
    var nodes = List.of(new NodeId(1));
    var deep = new LogEntry.Lost(nodes, new LogEntry.Lost(nodes, new LogEntry.Lost(nodes)));
    var out = new ByteWriter();
    deep.write(out);
    assertEquals(
        "an entry within an entry within an entry",
        assertThrows(
                MalformedException.class, () -> LogEntry.read(new ByteReader(out.toByteArray())))
            .getMessage());
  }

  @Test
  void aMemberHasWeight() {
    assertRefused("a member without weight", new ByteWriter().u8(4).i64(1).varint(0));
  }

  @Test
  void aDataCentreIsNamedOnce() {
    var out = new ByteWriter().u8(6).varint(2).bool(true).varint(2);
    assertRefused(
        "a data centre twice, or one without copies",
        out.text("dc1").varint(1).text("dc1").varint(1));
  }

  private static void assertRefused(String reason, ByteWriter change) {
    var in = new ByteReader(change.toByteArray());
    assertEquals(
        reason, assertThrows(MalformedException.class, () -> RingChange.read(in)).getMessage());
  }
}
