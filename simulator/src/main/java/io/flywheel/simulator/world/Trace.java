package io.flywheel.simulator.world;

import io.flywheel.core.model.Bytes;
import java.io.PrintStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happened, as one 64-bit hash: two runs with equal hashes did the same. Lines for
 * a reader are made only when there is one, and what they say never enters the hash.
 */
public final class Trace {
  /** What kinds of events enter the hash. */
  public enum Kind {
    SEND,
    RECEIVE,
    CONNECT,
    DISCONNECT,
    START,
    STOP,
    WRITE,
    SYNC,
    LOAD,
    REQUEST,
    RESPOND,
    FAULT,
    CLOCK
  }

  private final EventQueue events;
  private final @Nullable PrintStream reader;
  private long hash = 0x9e3779b97f4a7c15L;

  public Trace(EventQueue events, @Nullable PrintStream reader) {
    this.events = events;
    this.reader = reader;
  }

  public void add(Kind kind, long subject, long content) {
    mix(events.nowMicros() * 31 + kind.name().hashCode());
    mix(subject);
    mix(content);
  }

  public void add(Kind kind, long subject, Bytes content) {
    add(kind, subject, content.hashCode());
  }

  public void tell(Supplier<String> line) {
    if (reader != null) {
      reader.printf("%12.3f ms  %s%n", events.nowMicros() / 1000.0, line.get());
    }
  }

  public String hash() {
    return String.format("%016x", hash);
  }

  private void mix(long value) {
    hash = Long.rotateLeft((hash ^ value) * 0xbf58476d1ce4e5b9L, 29) + 0x94d049bb133111ebL;
  }
}
