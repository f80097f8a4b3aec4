package io.flywheel.client;

import io.flywheel.client.AlarmWheel.Alarm;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Turns an {@link AlarmWheel} on one thread, which sleeps while there is nothing to wait for. */
final class AlarmClock implements AutoCloseable {
  static final long TICK_NANOS = 2_000_000;
  private static final int TICKS_PER_TURN = 1024;
  private static final Logger LOG = Logger.getLogger(AlarmClock.class.getName());

  private final AlarmWheel wheel = new AlarmWheel(System.nanoTime(), TICK_NANOS, TICKS_PER_TURN);
  private final Thread thread = new Thread(this::run, "flywheel-client-alarms");
  private volatile boolean asleep;
  private volatile boolean closed;

  private AlarmClock() {}

  static AlarmClock start() {
    var clock = new AlarmClock();
    clock.thread.setDaemon(true);
    clock.thread.start();
    return clock;
  }

  Alarm after(long nanos, Runnable action) {
    var alarm = wheel.set(System.nanoTime() + nanos, action);
    if (asleep) {
      asleep = false;
      LockSupport.unpark(thread);
    }
    return alarm;
  }

  private void run() {
    while (!closed) {
      if (wheel.isEmpty()) {
        asleep = true;
        if (wheel.isEmpty() && !closed) { // Again: one may have been set before this could be seen.
          LockSupport.park(this);
        }
        asleep = false;
      }
      LockSupport.parkNanos(this, TICK_NANOS);
      wheel.advance(System.nanoTime()).forEach(AlarmClock::ring);
    }
  }

  private static void ring(Runnable action) {
    try {
      Waiting.answering(action);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "an alarm failed", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
