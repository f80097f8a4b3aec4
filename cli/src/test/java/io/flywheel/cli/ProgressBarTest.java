package io.flywheel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a progress bar says, from what came when. */
final class ProgressBarTest {
  private final ProgressBar bar = new ProgressBar();

  private void at(long second, long copies, long bytes) {
    bar.update(TimeUnit.SECONDS.toNanos(second), copies, 100, bytes, 100L << 20);
  }

  @Test
  void atTheBeginningThereIsNoRate() {
    at(0, 0, 0);
    assertEquals("0 of 100 copies, 0B of 100.0MiB", bar.figures());
    assertEquals("[........................]   0%  0 of 100 copies, 0B of 100.0MiB", bar.bar());
  }

  @Test
  void whatCameTellsHowLongTheRestTakes() {
    at(0, 0, 0);
    at(5, 25, 25L << 20);
    assertEquals(5L << 20, bar.rate());
    assertEquals("25 of 100 copies, 25.0MiB of 100.0MiB, 5.0MiB/s, 15s left", bar.figures());
    assertEquals(25, bar.percent());
  }

  @Test
  void onlyTheLastSecondsCount() {
    at(0, 0, 0);
    at(100, 10, 10L << 20);
    at(105, 20, 20L << 20);
    at(110, 40, 40L << 20);
    assertEquals(3L << 20, bar.rate(), "30 MiB in the last ten seconds");
  }

  @Test
  void atTheEndNothingIsLeft() {
    at(0, 0, 0);
    at(10, 100, 100L << 20);
    assertEquals("100 of 100 copies, 100.0MiB of 100.0MiB", bar.figures());
    assertEquals(100, bar.percent());
  }

  @Test
  void whereThereIsLittleToFetchTheCopiesTellHowLong() {
    bar.update(0, 0, 100, 0, 10_000);
    bar.update(TimeUnit.SECONDS.toNanos(5), 50, 100, 0, 10_000);
    assertEquals("50 of 100 copies, 0B of 9.8KiB, 5s left", bar.figures());
  }

  @Test
  void whoStartsAgainTakesNothingBack() {
    at(0, 40, 40L << 20);
    at(1, 0, 0);
    assertEquals("40 of 100 copies, 40.0MiB of 100.0MiB", bar.figures());
  }

  @Test
  void moreMayComeThanSeemedToBe() {
    bar.update(0, 3, 2, 30, 20);
    assertEquals("3 of 3 copies, 30B of 30B", bar.figures());
  }

  @Test
  void longTimesAreReadable() {
    assertEquals("59s", Figures.duration(59));
    assertEquals("3m 20s", Figures.duration(200));
    assertEquals("5h 10m", Figures.duration(5 * 3_600 + 605));
  }
}
