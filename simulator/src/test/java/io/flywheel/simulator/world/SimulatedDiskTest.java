package io.flywheel.simulator.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Storage;
import io.flywheel.core.effect.StorageContract;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The simulated disk keeps the contract of all disks, and breaks where it is meant to break. */
final class SimulatedDiskTest extends StorageContract {
  private static final Bytes KEY = Bytes.utf8("key");

  private final SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(1));

  @Override
  protected Storage open() {
    return disk;
  }

  @Test
  void aLossOfPowerTakesSomeSuffixOfWhatWasNotSynced() throws IOException {
    var survivors = new TreeSet<Integer>();
    for (int seed = 0; seed < 200; seed++) {
      var broken = new SimulatedDisk(new SplittableRandom(seed));
      write(broken, "0");
      broken.sync();
      for (int i = 1; i <= 3; i++) {
        write(broken, String.valueOf(i));
      }
      broken.losePower();
      survivors.add(Integer.parseInt(text(broken.load(Table.DATA, KEY))));
    }
    assertEquals(new TreeSet<>(List.of(0, 1, 2, 3)), survivors);
  }

  @Test
  void aBatchSurvivesAsAWholeOrNotAtAll() throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      var broken = new SimulatedDisk(new SplittableRandom(seed));
      var other = Bytes.utf8("other");
      broken.write(
          List.of(
              new Mutation(Table.DATA, KEY, Bytes.utf8("1")),
              new Mutation(Table.LOSERS, other, Bytes.utf8("1"))));
      broken.losePower();
      assertEquals(broken.load(Table.DATA, KEY), broken.load(Table.LOSERS, other));
    }
  }

  @Test
  void afterAFailedSyncThePageCacheLies() throws IOException {
    boolean lied = false;
    for (int seed = 0; seed < 50; seed++) {
      var broken = new SimulatedDisk(new SplittableRandom(seed));
      write(broken, "old");
      broken.sync();
      write(broken, "new");
      broken.failNextSync();
      assertThrows(IOException.class, broken::sync);
      assertEquals("new", text(broken.load(Table.DATA, KEY)), "readable as if nothing had been");
      broken.sync();
      broken.losePower();
      lied |= text(broken.load(Table.DATA, KEY)).equals("old");
    }
    assertTrue(lied, "a sync that followed the failed one succeeded and made nothing durable");
  }

  @Test
  void aFailedWriteIsReported() {
    disk.failNextWrite();
    assertThrows(IOException.class, () -> write(disk, "value"));
  }

  @Test
  void readsFailAsOftenAsAsked() throws IOException {
    write(disk, "value");
    disk.failReads(1);
    assertInstanceOf(Loaded.Failed.class, disk.load(Table.DATA, KEY));
    disk.behave();
    assertEquals("value", text(disk.load(Table.DATA, KEY)));
  }

  @Test
  void aRottenRecordIsNotWhatWasWritten() throws IOException {
    write(disk, "value");
    disk.sync();
    assertTrue(disk.rot(Table.DATA, KEY));
    assertNotEquals(new Loaded.Value(Bytes.utf8("value")), disk.load(Table.DATA, KEY));
    write(disk, "written anew");
    assertEquals("written anew", text(disk.load(Table.DATA, KEY)));
  }

  @Test
  void aRecordIsRolledBackToWhatItOnceWas() throws IOException {
    for (String value : List.of("1", "2", "3")) {
      write(disk, value);
      disk.sync();
    }
    assertTrue(disk.rollBack(KEY));
    assertTrue(List.of("1", "2").contains(text(disk.load(Table.DATA, KEY))));
  }

  @Test
  void aCopyIsADiskOfItsOwn() throws IOException {
    write(disk, "copied");
    disk.sync();
    var copy = new SimulatedDisk(new SplittableRandom(2));
    disk.copyTo(copy);
    write(copy, "changed");
    assertEquals("copied", text(disk.load(Table.DATA, KEY)));
    disk.wipe();
    assertInstanceOf(Loaded.Absent.class, disk.load(Table.DATA, KEY));
    assertEquals("changed", text(copy.load(Table.DATA, KEY)));
  }

  private static void write(SimulatedDisk to, String value) throws IOException {
    to.write(List.of(new Mutation(Table.DATA, KEY, Bytes.utf8(value))));
  }

  private static String text(Loaded loaded) {
    return loaded instanceof Loaded.Value value ? value.record().toUtf8() : loaded.toString();
  }
}
