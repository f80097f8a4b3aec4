package io.flywheel.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes in one process: loops, sockets on the loopback, databases. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class NodeRuntimeTest {
  @TempDir private Path folder;
  private TestCluster cluster = TestCluster.none();

  @BeforeEach
  void formACluster() throws IOException {
    cluster = TestCluster.start(folder, 3, /* durable= */ true);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void whatOneNodeAcknowledgedEveryNodeReads() throws Exception {
    var written = assertInstanceOf(Outcome.Written.class, cluster.put(0, "cart:42", "book"));
    assertTrue(written.receipt().durable());
    for (int node = 0; node < 3; node++) {
      assertEquals("book", cluster.get(node, "cart:42"));
    }
  }

  @Test
  void withOneNodeDownAQuorumGoesOnAndTheNodeComesBackWithItsData() throws Exception {
    assertInstanceOf(Outcome.Written.class, cluster.put(0, "before", "1"));
    cluster.stop(2);
    assertInstanceOf(Outcome.Written.class, cluster.put(0, "during", "2"));
    assertEquals("1", cluster.get(1, "before"));
    cluster.start(2);
    cluster.awaitServing(2);
    assertEquals("2", cluster.get(2, "during"));
    assertEquals("1", cluster.get(2, "before"));
  }

  @Test
  void everythingAcknowledgedIsThereAfterAllHaveBeenStopped() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertInstanceOf(Outcome.Written.class, cluster.put(i % 3, "key" + i, "value" + i));
    }
    for (int node = 0; node < 3; node++) {
      cluster.stop(node);
    }
    for (int node = 0; node < 3; node++) {
      cluster.start(node);
    }
    for (int i = 0; i < 100; i++) {
      cluster.awaitServing(i % 3);
      assertEquals("value" + i, cluster.get(i % 3, "key" + i));
    }
  }

  @Test
  void aLargeValueTravels() throws Exception {
    byte[] content = new byte[1 << 20];
    content[7] = 1;
    assertInstanceOf(Outcome.Written.class, cluster.put(0, "large", Bytes.wrap(content)));
    assertEquals(Bytes.wrap(content), cluster.getBytes(1, "large"));
  }

  @Test
  void aDirectoryInUseAndAPortInUseAreRefused() {
    assertTrue(
        String.valueOf(assertThrows(IOException.class, () -> cluster.start(0)).getMessage())
            .contains("in use"));
    var refusal =
        assertThrows(IOException.class, () -> cluster.start(0, folder.resolve("elsewhere")));
    assertTrue(String.valueOf(refusal.getMessage()).contains("cannot listen for peers"));
  }
}
