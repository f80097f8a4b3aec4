package io.flywheel.server.runtime;

import static io.flywheel.server.runtime.TestCluster.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.server.disk.Watermark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node on a small disk that really runs full. The disk is a tmpfs, which takes the right to
 * mount: where that is missing the test is skipped and says so.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class FullDiskTest {
  private static final long MIB = 1 << 20;
  private static final Watermark WATERMARK = Watermark.forDisk(1024 * MIB);

  @TempDir private Path folder;
  private Path disk = Path.of("");
  private boolean mounted;
  private TestCluster cluster = TestCluster.none();

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(folder.resolve("disk"));
    mounted = run("mount", "-t", "tmpfs", "-o", "size=1g", "flywheel-test", disk.toString());
    assumeTrue(mounted, "this machine permits no mounts, so no disk can be filled");
  }

  @AfterEach
  void unmount() throws Exception {
    cluster.close();
    if (mounted) {
      assertTrue(run("umount", disk.toString()));
    }
  }

  @Test
  void valuesAreRefusedInTimeDeletionsAreNotAndRoomBringsBackTheRest() throws Exception {
    cluster = TestCluster.start(disk, 1, WATERMARK);
    Path ballast = disk.resolve("node-0").resolve("ballast");
    await("the ballast is there", () -> size(ballast) == 64 * MIB);
    assertInstanceOf(Outcome.Written.class, cluster.put(0, "kept", "value"));

    int taken = fillWithValues();
    assertTrue(taken > 10, "only " + taken);
    // A compaction may be under way: it takes as much as four memtables until it is through.
    assertTrue(free() > WATERMARK.criticalBytes(), "refused while there is room to work with");
    assertEquals("value", cluster.get(0, "kept"));
    assertInstanceOf(Outcome.Written.class, delete("kept"));

    Path other = Files.createFile(disk.resolve("other"));
    await("the ballast is given up", () -> !Files.exists(ballast) || takesAllBut(other, 50 * MIB));
    assertInstanceOf(Outcome.Written.class, delete("value-0"));

    Files.delete(other);
    Files.delete(disk.resolve("filler"));
    await("there is room again", () -> !cluster.view(0).diskFull());
    assertInstanceOf(Outcome.Written.class, cluster.put(0, "again", "value"));
    await("the ballast is back", () -> size(ballast) == 64 * MIB);
    assertEquals(List.of(), cluster.ends, "nothing of this ended the process");
  }

  @Test
  void aNodeThatStartsOnAFullDiskKnowsItFromTheFirstRequestOn() throws Exception {
    Files.write(disk.resolve("filler"), new byte[(int) (free() - 200 * MIB)]);
    cluster = TestCluster.start(disk, 1, WATERMARK);
    var refused = assertInstanceOf(Outcome.NotDone.class, cluster.put(0, "key", "value"));
    assertEquals(Outcome.Obstacle.OVERLOADED, refused.obstacle());
    assertFalse(Files.exists(disk.resolve("node-0").resolve("ballast")));
  }

  /** What the watermark is there to prevent: RocksDB does not tell of it by itself. */
  @Test
  void aDatabaseThatFailsInTheBackgroundEndsTheProcess() throws Exception {
    cluster = TestCluster.start(disk, 1, new Watermark(1, 1, 1));
    Files.write(disk.resolve("filler"), new byte[(int) (free() - 40 * MIB)]);
    var random = new SplittableRandom(1);
    byte[] content = new byte[512 << 10];
    for (int i = 0; i < 200 && cluster.ends.isEmpty(); i++) {
      random.nextBytes(content);
      cluster.submitPut(0, "value-" + i, Bytes.wrap(content.clone()));
    }
    await("the process ends", () -> !cluster.ends.isEmpty());
  }

  /** Leaves little room, then puts until a put is refused; how many were taken. */
  private int fillWithValues() throws Exception {
    Files.write(disk.resolve("filler"), new byte[(int) (free() - 350 * MIB)]);
    var random = new SplittableRandom(1);
    byte[] content = new byte[512 << 10];
    for (int i = 0; i < 1_000; i++) {
      random.nextBytes(content);
      var outcome = cluster.put(0, "value-" + i, Bytes.wrap(content.clone()));
      if (outcome instanceof Outcome.NotDone refused) {
        assertTrue(refused.detail().contains("disk is full"), refused.detail());
        return i;
      }
      assertInstanceOf(Outcome.Written.class, outcome);
    }
    throw new AssertionError("never refused, with " + free() + " bytes left");
  }

  private Outcome delete(String key) throws Exception {
    var request =
        new ClientRequest.Put(
            new Key("default", Bytes.utf8(key)), Write.DELETION, null, 0, 0, 0, null, 10_000);
    return cluster.request(0, request).outcome();
  }

  /**
   * Somebody else takes what is left, and what the database gives back meanwhile, by and by: it may
   * take some itself at the same time. Never true.
   */
  private boolean takesAllBut(Path other, long bytes) {
    try {
      int spare = (int) Math.clamp(free() - bytes, 0, 8 * MIB);
      Files.write(other, new byte[spare], StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return false;
  }

  private long free() throws IOException {
    return Files.getFileStore(disk).getUsableSpace();
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : -1;
    } catch (IOException e) {
      return -1;
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
