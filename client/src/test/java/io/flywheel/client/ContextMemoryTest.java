package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class ContextMemoryTest {
  private final ContextMemory memory = new ContextMemory(2);

  @Test
  void theKeysThatWereUsedLastAreRemembered() {
    memory.wrote("n", "a", "1");
    memory.wrote("n", "b", "2");
    assertEquals("1", memory.recall("n", "a"));
    memory.wrote("n", "c", "3");
    assertEquals("1", memory.recall("n", "a"));
    assertEquals("", memory.recall("n", "b"));
    assertEquals("3", memory.recall("n", "c"));
    assertEquals("", memory.recall("m", "c"));
  }

  @Test
  void aGetThatBeganBeforeAPutEndedIsNoNews() {
    long began = memory.now();
    memory.wrote("n", "a", "put");
    memory.read("n", "a", "older", began);
    assertEquals("put", memory.recall("n", "a"));
    memory.read("n", "a", "newer", memory.now());
    assertEquals("newer", memory.recall("n", "a"));
  }

  @Test
  void longContextsPushOutOthers() {
    memory.wrote("n", "a", "1");
    memory.wrote("n", "b", "2".repeat(1024));
    assertEquals("", memory.recall("n", "a"));
    assertEquals(1024, memory.recall("n", "b").length());
    memory.wrote("n", "b", "2");
    memory.wrote("n", "a", "1");
    assertEquals("2", memory.recall("n", "b"));
  }

  @Test
  void nothingIsRememberedWhereNothingIsToBe() {
    var none = new ContextMemory(0);
    none.wrote("n", "a", "1");
    assertEquals("", none.recall("n", "a"));
    memory.wrote("n", "a", "1");
    memory.forget("n", "a");
    assertEquals("", memory.recall("n", "a"));
  }
}
