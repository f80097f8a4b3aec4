package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Rings as bytes: what is written is read back, and nothing malformed is believed (trap 41). */
class RingCodecTest {
  private final Ring ring = Placement.form(Rings.members(5, 2), 16, 3);

  @Test
  void aRingIsReadBackAsItWasWritten() throws MalformedException {
    var random = new SplittableRandom(4);
    for (int i = 0; i < 50; i++) {
      List<RingMember> members = Rings.random(random, 1, 30);
      int n = random.nextInt(1, Math.min(members.size(), 6) + 1);
      Ring written = Placement.form(members, random.nextInt(1, 300), n);
      var in = new ByteReader(bytes(written));
      Ring read = Ring.read(in);
      assertEquals(0, in.remaining());
      assertEquals(written, read);
      assertEquals(written.digest(), read.digest());
    }
  }

  @Test
  void whatFollowsARingIsLeftAlone() throws MalformedException {
    var out = new ByteWriter();
    ring.write(out);
    var in = new ByteReader(out.u8(77).toByteArray());
    assertEquals(ring, Ring.read(in));
    assertEquals(77, in.u8());
  }

  @Test
  void everyCutIsNoticed() {
    byte[] bytes = bytes(ring);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThrows(MalformedException.class, () -> Ring.read(new ByteReader(cut)));
    }
  }

  /** What is read in spite of a flipped bit is a different, but well-formed ring. */
  @Test
  void flippedBitsAreMalformedOrAnotherRing() {
    var random = new SplittableRandom(5);
    byte[] bytes = bytes(ring);
    for (int i = 0; i < 20_000; i++) {
      byte[] flipped = bytes.clone();
      for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      }
      readOrRefuse(flipped);
    }
  }

  @Test
  void randomBytesAreRefused() {
    var random = new SplittableRandom(6);
    for (int i = 0; i < 20_000; i++) {
      var noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      if (noise.length > 0) {
        noise[0] = 1;
      }
      readOrRefuse(noise);
    }
  }

  @Test
  void countsAreCheckedBeforeMemoryIsTaken() {
    refused(out -> out.u8(1).varint(1).varint(65_536).varint(16).varint(65_535));
    refused(out -> out.u8(1).varint(1).varint(65_537).varint(3).varint(3));
    refused(out -> out.u8(1).varint(1).varint(-1).varint(3).varint(3));
    refused(out -> header(out, 65_536, 2, 2).u16(0).u16(1));
  }

  @Test
  void impossibleRingsAreRefused() {
    refused(out -> out.u8(2));
    refused(out -> out.u8(1).varint(0));
    refused(out -> out.u8(1).varint(-1));
    refused(out -> header(out, 0, 1, 1));
    refused(out -> header(out, 1, 0, 1).u16(0));
    refused(out -> header(out, 1, 2, 1).u16(0).u16(0));
    refused(out -> header(out, 1, 17, 20));
    refused(out -> header(out, 1, 2, 2).u16(0).u16(2));
    refused(out -> header(out, 1, 2, 2).u16(1).u16(1));
    refused(out -> out.u8(1).varint(1).varint(1).varint(1).varint(2).raw(twice()).u16(0));
    refused(out -> member(out.u8(1).varint(1).varint(1).varint(1).varint(1), 1, 0).u16(0));
  }

  private static byte[] twice() {
    var out = new ByteWriter();
    Rings.member(1, 0).write(out);
    Rings.member(1, 0).write(out);
    return out.toByteArray();
  }

  private static ByteWriter header(ByteWriter out, int partitions, int n, int members) {
    out.u8(1).varint(1).varint(partitions).varint(n).varint(members);
    for (int i = 0; i < members; i++) {
      member(out, i, 1);
    }
    return out;
  }

  private static ByteWriter member(ByteWriter out, int id, int weight) {
    return out.i64(id).text("dc1").text("r1").varint(weight);
  }

  private static void refused(Consumer<ByteWriter> content) {
    var out = new ByteWriter();
    content.accept(out);
    byte[] bytes = out.toByteArray();
    assertThrows(MalformedException.class, () -> Ring.read(new ByteReader(bytes)));
  }

  private static void readOrRefuse(byte[] bytes) {
    try {
      Ring read = Ring.read(new ByteReader(bytes));
      assertTrue(read.n() <= read.members().size());
      for (int i = 0; i < read.partitions(); i++) {
        var replicas = read.replicas(new Partition(i));
        assertEquals(read.n(), replicas.stream().distinct().count());
        assertTrue(replicas.stream().allMatch(read::contains));
      }
    } catch (MalformedException e) {
      assertTrue(e.getMessage() != null && !e.getMessage().isBlank());
    }
  }

  private static byte[] bytes(Ring ring) {
    var out = new ByteWriter();
    ring.write(out);
    return out.toByteArray();
  }
}
