package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Notes what a client sends to whom, and how it ends. */
final class Sent implements RequestObserver {
  private final List<Event> events = new CopyOnWriteArrayList<>();
  private final List<Ending> endings = new CopyOnWriteArrayList<>();

  record Event(String node, Cause cause) {}

  @Override
  public Observation begin(Operation operation, String namespace, String key) {
    return new Observation() {
      @Override
      public void sent(String node, Cause cause) {
        events.add(new Event(node, cause));
      }

      @Override
      public void ended(Ending ending, Duration took) {
        assertTrue(took.toNanos() > 0);
        endings.add(ending);
      }
    };
  }

  List<Event> events() {
    return List.copyOf(events);
  }

  List<Ending> endings() {
    return List.copyOf(endings);
  }

  Event last(Predicate<Event> which) {
    return events.stream().filter(which).reduce((one, other) -> other).orElseThrow();
  }

  Event lastFirst() {
    return last(event -> event.cause() == Cause.FIRST);
  }

  void clear() {
    events.clear();
  }
}
