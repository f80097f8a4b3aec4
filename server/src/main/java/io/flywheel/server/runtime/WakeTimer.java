package io.flywheel.server.runtime;

import io.netty.channel.EventLoop;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one timer of a node: rings when the node's next timeout is due, or about {@value
 * #TOGETHER_MILLIS} ms later. Nothing that a node waits for is as exact, and where it serves many
 * clients something is due in every millisecond, nearly always for a request that was answered long
 * ago; so a few of them share one turn of the loop. Asked for after every turn, so it is only set
 * anew when the time asked for is earlier than the one it is set to.
 */
final class WakeTimer {
  private static final long LONGEST_MILLIS = 60_000;
  private static final long TOGETHER_MILLIS = 3;
  private static final long NEAR_ENOUGH_NANOS = 1_000_000;

  private final EventLoop loop;
  private final Runnable wake;
  private @Nullable ScheduledFuture<?> set;
  private long setToNanos;

  WakeTimer(EventLoop loop, Runnable wake) {
    this.loop = loop;
    this.wake = wake;
  }

  /** Rings in so many milliseconds, a little later, or before. */
  void in(long millis) {
    long delayNanos =
        TimeUnit.MILLISECONDS.toNanos(Math.clamp(millis, 0, LONGEST_MILLIS) + TOGETHER_MILLIS);
    long atNanos = loop.ticker().nanoTime() + delayNanos;
    if (set != null) {
      if (setToNanos - atNanos <= NEAR_ENOUGH_NANOS) {
        return;
      }
      set.cancel(false);
    }
    setToNanos = atNanos;
    set = loop.schedule(this::ring, delayNanos, TimeUnit.NANOSECONDS);
  }

  void cancel() {
    if (set != null) {
      set.cancel(false);
      set = null;
    }
  }

  private void ring() {
    set = null;
    wake.run();
  }
}
