package io.flywheel.simulator.check;

import io.flywheel.simulator.world.EventQueue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the checkers found: the violations of one run, in their order. */
public final class Findings {
  private static final int MOST = 20;

  /** One violation. */
  public record Finding(String checker, String text, long atMicros) {}

  private final EventQueue events;
  private final List<Finding> findings = new ArrayList<>();

  public Findings(EventQueue events) {
    this.events = events;
  }

  void add(String checker, String text) {
    if (findings.size() < MOST) {
      findings.add(new Finding(checker, text, events.nowMicros()));
    }
  }

  /** A run that never comes to rest: nodes keep each other busy for nothing. */
  public void runaway(long events) {
    add("WorkIsBounded", "after " + events + " events there is still no end");
  }

  public boolean any() {
    return !findings.isEmpty();
  }

  public List<Finding> all() {
    return Collections.unmodifiableList(findings);
  }
}
