package io.flywheel.core.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Records and contexts come from disks, peers and clients: whatever they hold, we only refuse. */
class CodecFuzzTest {
  private static final Key KEY = Key.of("default", "k");

  @Test
  void aFlippedBitOrAMissingEndIsAlwaysFound() {
    var random = new SplittableRandom(1);
    for (long seed = 0; seed < 500; seed++) {
      var state = new Generator(seed, Conflicts.SIBLINGS).replicas(2, 12).getFirst();
      byte[] bytes = SiblingsCodec.encode(KEY, state).array().clone();
      int bit = random.nextInt(bytes.length * 8);
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThrows(MalformedException.class, () -> SiblingsCodec.decode(KEY, Bytes.wrap(bytes)));
      byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      assertThrows(MalformedException.class, () -> SiblingsCodec.decode(KEY, Bytes.wrap(cut)));
    }
  }

  @Test
  void aRecordUnderAWrongKeyIsFound() {
    var state = new Generator(3, Conflicts.SIBLINGS).replicas(2, 12).getFirst();
    var bytes = SiblingsCodec.encode(KEY, state);
    assertThrows(
        MalformedException.class, () -> SiblingsCodec.decode(Key.of("default", "l"), bytes));
    assertThrows(MalformedException.class, () -> SiblingsCodec.decode(Key.of("lww", "k"), bytes));
  }

  /** What no checksum finds, because it was made of it: other software, or failing memory. */
  @Test
  void recordsOfAnyBytesUnderARightChecksumAreReadOrRefused() {
    var random = new SplittableRandom(3);
    var refusals = new TreeSet<String>();
    for (int i = 0; i < 60_000; i++) {
      var state = new Generator(i % 50, Conflicts.SIBLINGS).replicas(2, 8).getFirst();
      var record = SiblingsCodec.encode(KEY, state);
      int place = random.nextInt(record.length() - Integer.BYTES);
      int value = random.nextBoolean() ? random.nextInt(8) : random.nextInt(256);
      var forged = Forged.record(KEY, record, place, value);
      assertTrue(SiblingsCodec.isIntact(KEY, forged));
      try {
        var read = SiblingsCodec.decode(KEY, forged);
        assertEquals(read, SiblingsCodec.decode(KEY, SiblingsCodec.encode(KEY, read)));
      } catch (MalformedException expected) {
        refusals.add(String.valueOf(expected.getMessage()));
      }
    }
    for (String reason :
        List.of(
            "record format 2 is not known",
            "siblings out of order",
            "a sibling that its own context has not seen",
            "requests out of order",
            "a request that its own context has not seen",
            "unknown flags of a sibling: 255",
            "a content type that is there and empty",
            "an expiry out of range")) {
      assertTrue(refusals.contains(reason), reason + " is not among " + refusals);
    }
  }

  @Test
  void aContextOfALaterVersionIsRefusedThoughItWasSealedHere() throws Exception {
    var secret = Bytes.utf8("the cluster's secret");
    var seal = new ContextSeal(secret);
    byte[] token = Base64.getUrlDecoder().decode(seal.seal(KEY, Context.EMPTY));
    byte[] body = Arrays.copyOf(token, token.length - 16);
    body[0] = 2;
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.array(), "HmacSHA256"));
    var bound = new ByteWriter();
    KEY.write(bound);
    mac.update(bound.toByteArray());
    var later = new ByteWriter().raw(body).raw(Arrays.copyOf(mac.doFinal(body), 16)).toByteArray();
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(later);
    var refused = assertThrows(MalformedException.class, () -> seal.open(KEY, text));
    assertEquals("the context is of an unknown version", refused.getMessage());
  }

  /** Past the checksum: the parser itself, on changed bytes. */
  @Test
  void contextsOfAnyBytesAreReadOrRefused() {
    var random = new SplittableRandom(2);
    int read = 0;
    for (int i = 0; i < 50_000; i++) {
      var state = new Generator(i % 50, Conflicts.SIBLINGS).replicas(2, 8).getFirst();
      var out = new ByteWriter();
      SiblingsCodec.writeContext(out, state.context());
      byte[] bytes = out.toByteArray();
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        SiblingsCodec.readContext(new ByteReader(bytes));
        read++;
      } catch (MalformedException expected) {
        assertEquals(false, String.valueOf(expected.getMessage()).isEmpty());
      }
    }
    assertEquals(true, read > 5_000, "unchanged contexts are read");
  }

  @Test
  void severalThreadsSealAtOnce() {
    var seal = new ContextSeal(Bytes.utf8("the cluster's secret"));
    var contexts =
        IntStream.range(0, 50)
            .mapToObj(i -> new Generator(i, Conflicts.SIBLINGS).replicas(2, 8).getFirst().context())
            .toList();
    var expected = contexts.stream().map(context -> seal.seal(KEY, context)).toList();
    IntStream.range(0, 20_000)
        .parallel()
        .map(i -> i % 50)
        .forEach(i -> assertEquals(expected.get(i), seal.seal(KEY, contexts.get(i))));
  }

  @Test
  void aContextIsBoundToItsKeyAndItsCluster() throws Exception {
    var seal = new ContextSeal(Bytes.utf8("the cluster's secret"));
    var context = new Generator(5, Conflicts.SIBLINGS).replicas(2, 12).getFirst().context();
    String token = seal.seal(KEY, context);
    assertEquals(context, seal.open(KEY, token));
    assertThrows(MalformedException.class, () -> seal.open(Key.of("lww", "k"), token));
    assertThrows(MalformedException.class, () -> seal.open(Key.of("default", "kk"), token));
    var other = new ContextSeal(Bytes.utf8("another cluster's secret"));
    assertThrows(MalformedException.class, () -> other.open(KEY, token));
    assertThrows(
        MalformedException.class, () -> seal.open(KEY, token.substring(0, token.length() - 1)));
    assertThrows(MalformedException.class, () -> seal.open(KEY, ""));
    assertThrows(MalformedException.class, () -> seal.open(KEY, "not base64 !"));
    assertThrows(
        MalformedException.class,
        () -> seal.open(KEY, "A".repeat(ContextSeal.MAX_TOKEN_CHARS + 1)));
    for (int i = 0; i < token.length() - 1; i++) {
      char flipped = token.charAt(i) == 'A' ? 'B' : 'A';
      String changed = token.substring(0, i) + flipped + token.substring(i + 1);
      assertThrows(MalformedException.class, () -> seal.open(KEY, changed));
    }
  }
}
