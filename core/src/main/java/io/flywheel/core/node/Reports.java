package io.flywheel.core.node;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Effect.Severity;
import io.flywheel.core.effect.Outbox;
import java.util.TreeSet;

/** What an operator is to hear of. */
final class Reports {
  private static final int MOST_REMEMBERED = 100;

  private final Outbox outbox;
  private final TreeSet<String> warned = new TreeSet<>();

  Reports(Outbox outbox) {
    this.outbox = outbox;
  }

  void info(String text) {
    outbox.add(new Effect.Report(Severity.INFO, text));
  }

  void warn(String text) {
    outbox.add(new Effect.Report(Severity.WARNING, text));
  }

  void diskSpace(boolean full) {
    if (full) {
      warn("the disk is full: this node takes deletions, but no values");
    } else {
      info("the disk has room again: this node takes values");
    }
  }

  /** What every message of some peer would repeat. */
  void warnOnce(String text) {
    if (!text.isEmpty() && warned.size() < MOST_REMEMBERED && warned.add(text)) {
      warn(text);
    }
  }
}
