package io.flywheel.server.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiskWatchTest {
  private static final long MIB = 1 << 20;

  @TempDir private Path folder;

  private final AtomicLong free = new AtomicLong(1_000 * MIB);
  private final Watermark watermark = new Watermark(100 * MIB, 25 * MIB, 2 * MIB);

  @ParameterizedTest
  @CsvSource({
    // disk, low, critical and ballast in MiB
    "100, 25, 6, 6",
    "800, 200, 50, 50",
    "1024, 256, 64, 64",
    "10240, 512, 128, 64",
    "102400, 4096, 1024, 64",
    "10240000, 4096, 1024, 64",
  })
  void theWatermarkFitsTheDisk(long disk, long low, long critical, long ballast) {
    var fitting = Watermark.forDisk(disk * MIB);
    assertEquals(low, fitting.lowBytes() / MIB);
    assertEquals(critical, fitting.criticalBytes() / MIB);
    assertEquals(ballast, fitting.ballastBytes() / MIB);
  }

  @Test
  void aDiskIsFullBelowTheWatermarkAndHasRoomAgainOnlyWellAboveIt() throws IOException {
    var watch = watch();
    assertFalse(watch.look());
    free.set(100 * MIB);
    assertFalse(watch.look());
    free.set(100 * MIB - 1);
    assertTrue(watch.look());
    free.set(124 * MIB);
    assertTrue(watch.look());
    free.set(125 * MIB);
    assertFalse(watch.look());
    free.set(101 * MIB);
    assertFalse(watch.look());
  }

  @Test
  void theBallastIsThereUntilItIsNeededAndComesBackWhenThereIsRoom() throws IOException {
    Path ballast = folder.resolve("ballast");
    var watch = watch();
    assertFalse(watch.look());
    takeBallastOn(watch);
    assertEquals(2 * MIB, Files.size(ballast));

    free.set(30 * MIB);
    assertTrue(watch.look());
    takeBallastOn(watch);
    assertTrue(Files.exists(ballast), "low is not critical");

    free.set(24 * MIB);
    assertTrue(watch.look());
    assertFalse(Files.exists(ballast));
    takeBallastOn(watch);
    assertFalse(Files.exists(ballast), "not while the disk is full");

    free.set(126 * MIB);
    assertFalse(watch.look());
    takeBallastOn(watch);
    assertFalse(Files.exists(ballast), "it must not fill the disk itself");

    free.set(127 * MIB);
    takeBallastOn(watch);
    assertEquals(2 * MIB, Files.size(ballast));
  }

  @Test
  void theBallastIsTakenOnPieceByPiece() throws IOException {
    Path ballast = folder.resolve("ballast");
    var watch = watch();
    free.set(127 * MIB);
    assertFalse(watch.look());
    watch.growBallast();
    assertEquals(MIB, Files.size(ballast));
    free.set(126 * MIB - 1);
    watch.growBallast();
    assertEquals(MIB, Files.size(ballast), "the rest of it would take too much");
    free.set(24 * MIB);
    assertTrue(watch.look());
    assertFalse(Files.exists(ballast), "a part of it is room as well");
  }

  @Test
  void whatACrashLeftOfABallastIsMadeWhole() throws IOException {
    Files.write(folder.resolve("ballast"), new byte[100]);
    var watch = watch();
    assertFalse(watch.look());
    takeBallastOn(watch);
    assertEquals(2 * MIB, Files.size(folder.resolve("ballast")));
  }

  @Test
  void whatCannotBeToldChangesNothing() throws IOException {
    free.set(10 * MIB);
    var watch = watch();
    assertTrue(watch.look());
    free.set(-1);
    assertTrue(watch.look());
  }

  @Test
  void theListenerHearsEveryChange() throws Exception {
    BlockingQueue<Boolean> heard = new LinkedBlockingQueue<>();
    var watch = watch();
    watch.start(
        new DiskWatch.Listener() {
          @Override
          public void diskSpace(boolean full) {
            heard.add(full);
          }

          @Override
          public void looked() {}
        });
    assertEquals(false, heard.poll(10, TimeUnit.SECONDS));
    free.set(50 * MIB);
    assertEquals(true, heard.poll(10, TimeUnit.SECONDS));
    free.set(500 * MIB);
    assertEquals(false, heard.poll(10, TimeUnit.SECONDS));
    assertTrue(watch.closeAndWait());
  }

  /** Both of its pieces. */
  private static void takeBallastOn(DiskWatch watch) {
    watch.growBallast();
    watch.growBallast();
  }

  private DiskWatch watch() {
    return new DiskWatch(
        folder,
        watermark,
        () -> {
          if (free.get() < 0) {
            throw new IOException("input/output error");
          }
          return free.get();
        });
  }
}
