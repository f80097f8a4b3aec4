package io.flywheel.simulator;

import java.io.PrintStream;

/** One line on a terminal that is written over as the work goes on; nothing elsewhere. */
public final class Progress {
  private static final long SPACING_NANOS = 200_000_000;

  private final PrintStream terminal;
  private final boolean shown;
  private final String unit;
  private final int all;
  private final long startNanos = System.nanoTime();
  private long lastNanos = startNanos;

  /** Whether there is a console without a terminal depends on the release of Java. */
  @SuppressWarnings("SystemConsoleNull")
  public Progress(PrintStream err, String unit, int all) {
    this.terminal = err;
    this.unit = unit;
    this.all = all;
    var console = System.console();
    this.shown = console != null && console.isTerminal();
  }

  public void show(int done, String remark) {
    long now = System.nanoTime();
    if (shown && now - lastNanos > SPACING_NANOS) {
      lastNanos = now;
      double perMinute = done * 60e9 / (now - startNanos);
      terminal.printf(
          "\r\033[K%,d of %,d %s, %,.0f a minute, %s", done, all, unit, perMinute, remark);
      terminal.flush();
    }
  }

  public void clear() {
    if (shown) {
      terminal.print("\r\033[K");
      terminal.flush();
    }
  }
}
