package io.flywheel.server.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PeerAddressTest {
  @Test
  void hostsNamesAndBothKindsOfAddressesAreRead() {
    assertEquals(new PeerAddress("node-1.example", 7501), PeerAddress.parse("node-1.example:7501"));
    assertEquals(new PeerAddress("127.0.0.1", 1), PeerAddress.parse("127.0.0.1:1"));
    assertEquals(new PeerAddress("::1", 7501), PeerAddress.parse("[::1]:7501"));
    assertEquals("[::1]:7501", PeerAddress.parse("[::1]:7501").toString());
  }

  @Test
  void anythingElseIsRefused() {
    for (String text : List.of("", ":", ":1", "host", "host:", "host:x", "host:-1", "host:65536")) {
      assertThrows(IllegalArgumentException.class, () -> PeerAddress.parse(text), text);
    }
  }
}
