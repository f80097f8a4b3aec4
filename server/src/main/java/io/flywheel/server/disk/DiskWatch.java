package io.flywheel.server.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how much room a node's disk has left, on a thread of its own, because asking may block. A
 * database that runs out of disk stops in the middle of something, and then cannot even delete; so
 * the node is told while there is room, and takes no more values. Should others fill the disk
 * further, the ballast is thrown off, which gives deletions and compactions what they need. It is
 * taken on again once there is room.
 */
public final class DiskWatch {
  /** Where it is told how many bytes are free. */
  @FunctionalInterface
  interface FreeSpace {
    long bytes() throws IOException;
  }

  /** Called on the watch's thread. */
  public interface Listener {
    /** The disk is full, or is not any more. */
    void diskSpace(boolean full);

    /** It has looked: a time to look at other things that may block. */
    void looked();
  }

  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  /** Where a second's writes could take the disk below the watermark, and far. */
  private static final Duration BETWEEN_ANXIOUS_LOOKS = Duration.ofMillis(100);

  /** While the ballast is taken on, piece by piece. */
  private static final Duration BETWEEN_PIECES = Duration.ofMillis(50);

  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(2);

  /** A process that ends at once does not have to have written its ballast. */
  private static final Duration BEFORE_BALLAST = Duration.ofSeconds(5);

  private final Watermark watermark;
  private final FreeSpace freeSpace;
  private final Ballast ballast;
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Thread thread;
  private boolean full;
  private boolean anxious;
  private boolean loading;
  private boolean blind;

  /**
   * Watches the disk that a directory lies on.
   *
   * @param watermark null for the one that fits the disk's size
   */
  public static DiskWatch of(Path directory, @Nullable Watermark watermark) throws IOException {
    var disk = Files.getFileStore(directory);
    return new DiskWatch(
        directory,
        watermark == null ? Watermark.forDisk(disk.getTotalSpace()) : watermark,
        disk::getUsableSpace);
  }

  DiskWatch(Path directory, Watermark watermark, FreeSpace freeSpace) {
    this.watermark = watermark;
    this.freeSpace = freeSpace;
    ballast = new Ballast(directory.resolve("ballast"), watermark.ballastBytes());
  }

  /** Looks once, and throws the ballast off where that is needed. Whether the disk is full. */
  public boolean look() {
    try {
      long free = freeSpace.bytes();
      if (free < watermark.criticalBytes() && ballast.release()) {
        LOG.warn("only {} MiB are left on the disk: gave up the ballast", free >> 20);
        free = freeSpace.bytes();
      }
      full = free < (full ? watermark.roomAgainBytes() : watermark.lowBytes());
      anxious = free < 4 * watermark.lowBytes();
      blind = false;
    } catch (IOException e) {
      if (!blind) {
        blind = true;
        LOG.warn("how much room the disk has cannot be told: {}", e.getMessage());
      }
    }
    return full;
  }

  /** Takes some more of the ballast on, where all of it would leave enough room. */
  void growBallast() {
    loading = false;
    try {
      long missing = ballast.missingBytes();
      if (!full && missing > 0 && freeSpace.bytes() >= watermark.roomAgainBytes() + missing) {
        ballast.grow();
        loading = ballast.missingBytes() > 0;
      }
    } catch (IOException e) {
      LOG.warn("no ballast could be made: {}", e.getMessage());
    }
  }

  /** Tells {@code listener} what the first look finds, and every change from then on. */
  public void start(Listener listener) {
    thread = Thread.ofPlatform().name("flywheel-disk-watch").daemon().start(() -> watch(listener));
  }

  private void watch(Listener listener) {
    boolean told = look();
    listener.diskSpace(told);
    long beginNanos = System.nanoTime();
    try {
      while (!ended.await(pause().toMillis(), TimeUnit.MILLISECONDS)) {
        boolean now = look();
        if (now != told) {
          told = now;
          listener.diskSpace(now);
        }
        listener.looked();
        if (System.nanoTime() - beginNanos >= BEFORE_BALLAST.toNanos()) {
          growBallast();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration pause() {
    return loading ? BETWEEN_PIECES : anxious ? BETWEEN_ANXIOUS_LOOKS : BETWEEN_LOOKS;
  }

  /** Ends the watch. False where it hangs in the disk. */
  public boolean closeAndWait() {
    ended.countDown();
    var watching = thread;
    try {
      return watching == null || watching.join(LONGEST_CLOSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
