package io.flywheel.client;

import io.flywheel.client.RequestObserver.Cause;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Two nodes that answer as they are told to, and what is sent to them; the first is asked first.
 */
abstract class TwoScriptedNodes {
  final Sent sent = new Sent();
  ScriptedNode first;
  ScriptedNode second;

  @BeforeEach
  void start() throws IOException {
    first = ScriptedNode.start();
    second = ScriptedNode.start();
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  FlywheelClient.Builder builder() {
    return FlywheelClient.builder().addresses(first.address(), second.address()).observer(sent);
  }

  List<Cause> causes() {
    return sent.events().stream().map(Sent.Event::cause).toList();
  }
}
