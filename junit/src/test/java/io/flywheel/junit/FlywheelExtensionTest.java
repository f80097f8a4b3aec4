package io.flywheel.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.client.Codec;
import io.flywheel.client.FlywheelClient;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FlywheelExtension.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class FlywheelExtensionTest {
  @Test
  void aTestIsGivenAClusterAndAClient(FlywheelClient client, EmbeddedCluster cluster) {
    assertSame(client, cluster.client());
    assertEquals(1, cluster.addresses().size());
    client.with(Codec.utf8()).put("a", "1");
    cluster.stopNode(1);
    cluster.startNode(1);
    cluster.awaitService(1);
    assertEquals("1", client.with(Codec.utf8()).get("a").value());
  }

  @Nested
  final class Inside {
    @Test
    void nestedTestsShareIt(EmbeddedCluster cluster) {
      assertTrue(cluster.addresses().getFirst().startsWith("127.0.0.1:"));
    }
  }

  @Test
  void outsideOfTestsThereIsNone() {
    var none = FlywheelExtension.ofNodes(1);
    assertThrows(IllegalStateException.class, none::cluster);
    assertThrows(IllegalArgumentException.class, () -> FlywheelExtension.ofNodes(0));
  }
}
