package io.flywheel.core.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import org.junit.jupiter.api.Test;

final class FamiliarRecordsTest {
  private static final Actor ACTOR = new Actor(5, 10);
  private static final int VALUE_BYTES = 1_000;

  private final FamiliarRecords familiar = new FamiliarRecords();
  private final Key key = Key.of("default", "busy");

  @Test
  void aBusyKeysRecordIsDecodedOnce() throws Exception {
    var state = writtenOften(FamiliarRecords.MANY_REQUESTS);
    var record = SiblingsCodec.encode(key, state);
    var first = familiar.decode(key, record);
    assertEquals(state, first);
    var second = familiar.decode(key, copy(record));
    assertNotSame(first, second, "once is not often");
    assertSame(second, familiar.decode(key, copy(record)));
  }

  @Test
  void whatChangesIsKnownWithoutBeingDecodedAgain() throws Exception {
    decodeTwice(key, SiblingsCodec.encode(key, writtenOften(FamiliarRecords.MANY_REQUESTS)));
    var state = writtenOften(FamiliarRecords.MANY_REQUESTS + 1);
    var record = SiblingsCodec.encode(key, state);
    familiar.changed(key, record, state);
    assertSame(state, familiar.decode(key, copy(record)));
  }

  @Test
  void whatIsWrittenOnceIsNotKept() throws Exception {
    var state = writtenOften(FamiliarRecords.MANY_REQUESTS);
    var record = SiblingsCodec.encode(key, state);
    familiar.decode(key, record);
    familiar.changed(key, record, state);
    assertEquals(0, familiar.bytes());
  }

  private void decodeTwice(Key of, Bytes record) throws MalformedException {
    familiar.decode(of, record);
    familiar.decode(of, copy(record));
  }

  @Test
  void onlyTheVerySameBytesAreBelieved() throws Exception {
    var record = SiblingsCodec.encode(key, writtenOften(20));
    decodeTwice(key, record);
    byte[] decayed = record.array().clone();
    decayed[decayed.length / 2] ^= 1;
    assertThrows(MalformedException.class, () -> familiar.decode(key, Bytes.wrap(decayed)));
    var other = writtenOften(21);
    assertEquals(other, familiar.decode(key, SiblingsCodec.encode(key, other)));
  }

  @Test
  void aKeyThatIsSeldomWrittenIsNotKept() throws Exception {
    decodeTwice(key, SiblingsCodec.encode(key, writtenOften(20)));
    var record = SiblingsCodec.encode(key, writtenOften(1));
    assertNotSame(familiar.decode(key, record), familiar.decode(key, record));
    assertEquals(0, familiar.bytes());
  }

  @Test
  void thoseThatWereUsedLastAreKept() throws Exception {
    var state = writtenOften(20);
    var first = SiblingsCodec.encode(key, state);
    decodeTwice(key, first);
    familiar.changed(key, first, state);
    int size = first.length();
    for (int i = 0; i < 2 * FamiliarRecords.MOST_BYTES / size; i++) {
      var another = Key.of("default", "key-" + i);
      decodeTwice(another, SiblingsCodec.encode(another, state));
      assertSame(state, familiar.decode(key, first));
    }
    assertTrue(familiar.bytes() <= FamiliarRecords.MOST_BYTES);
    assertTrue(familiar.bytes() > FamiliarRecords.MOST_BYTES - size);
  }

  private static Siblings writtenOften(int times) {
    var state = Siblings.NONE;
    for (int i = 0; i < times; i++) {
      var dot = new Dot(ACTOR, 10 + i);
      state =
          state.put(
              state.context(),
              Sibling.value(dot, Bytes.wrap(new byte[VALUE_BYTES]), "", 0),
              new AppliedRequest(new RequestId(1, i), 5, dot),
              Conflicts.LAST_WRITE_WINS);
    }
    return state;
  }

  private static Bytes copy(Bytes bytes) {
    return Bytes.wrap(bytes.array().clone());
  }
}
