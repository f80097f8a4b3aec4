package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.version.Forged;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stories of directories that a node must not take for its own, or does not understand. */
class DirectoryTest {
  private static final Key KEY = Key.of("default", "cart:42");

  @ParameterizedTest
  @ValueSource(strings = {"identity", "cluster"})
  void aDirectoryOfALaterVersionIsLeftAlone(String entry) {
    var nodes = NodesInOneProcess.formed(1, 1);
    var one = nodes.machines.getFirst();
    nodes.kill(one);
    byte[] later = Objects.requireNonNull(one.metadata.get(Bytes.utf8(entry))).array().clone();
    later[0] = 9;
    one.metadata.put(Bytes.utf8(entry), Bytes.wrap(later));
    assertTrue(refusal(nodes, one).endsWith(entry + " of an unknown format"));
  }

  @Test
  void theDirectoryOfAnotherNodeIsLeftAlone() {
    var nodes = NodesInOneProcess.formed(2, 2);
    var one = nodes.machines.get(0);
    var two = nodes.machines.get(1);
    nodes.kill(one);
    nodes.kill(two);
    one.metadata.clear();
    one.metadata.putAll(two.metadata);
    assertEquals("the data directory belongs to node node-2, not to node-1", refusal(nodes, one));
  }

  @Test
  void aDirectoryOfOtherPartitionsIsLeftAlone() {
    var nodes = NodesInOneProcess.formed(1, 1);
    var one = nodes.machines.getFirst();
    nodes.kill(one);
    var was = nodes.settings();
    var others =
        new ClusterSettings(
            "test",
            2 * was.partitions(),
            was.replication(),
            was.quorum(),
            was.records().limits(),
            List.copyOf(was.namespaces()));
    var refused = assertThrows(IllegalStateException.class, () -> nodes.start(one, others));
    assertTrue(String.valueOf(refused.getMessage()).contains("other cluster settings"));
  }

  /** It was written like this, by a later version perhaps: neither shown nor replaced. */
  @Test
  void aRecordThatIsIntactAndNotUnderstoodIsKeptAsItIs() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    nodes.put(one, KEY, "v", null);
    nodes.pass(100);
    var place = StorageKey.ofRecord(KEY);
    var written = Objects.requireNonNull(one.data.get(place));
    var later = Forged.record(KEY, written, 0, 9);
    one.data.put(place, later);
    assertInstanceOf(NotDone.class, nodes.get(one, KEY, 3));
    assertInstanceOf(Found.class, nodes.get(one, KEY, 2));
    nodes.pass(60_000);
    assertArrayEquals(later.array(), Objects.requireNonNull(one.data.get(place)).array());
    one.data.put(place, written);
    assertInstanceOf(Found.class, nodes.get(one, KEY, 3));
  }

  private static String refusal(NodesInOneProcess nodes, Machine machine) {
    var refused = assertThrows(IllegalStateException.class, () -> nodes.start(machine));
    var cause = assertInstanceOf(MalformedException.class, refused.getCause());
    return String.valueOf(cause.getMessage());
  }
}
