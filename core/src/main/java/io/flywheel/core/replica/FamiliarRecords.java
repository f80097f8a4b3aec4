package io.flywheel.core.replica;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.LinkedHashMap;

/**
 * What the records of busy keys hold. Such a record remembers the requests of many writes, and to
 * decode it costs more than most of what is done with it then. What is known here is believed of
 * the very same bytes only, so that it needs no care with order, and what decays is noticed.
 */
final class FamiliarRecords {
  /** Of records; what they hold takes two or three times as much. */
  static final long MOST_BYTES = 2L << 20;

  /** Larger ones would drive out many small ones. */
  private static final int LARGEST_BYTES = 32 << 10;

  /** With fewer requests a key is not busy, and its record is soon decoded. */
  static final int MANY_REQUESTS = 8;

  private static final float LOAD_FACTOR = 0.75f;

  private record Familiar(Bytes record, Siblings siblings) {}

  private final LinkedHashMap<Key, Familiar> records = new LinkedHashMap<>(16, LOAD_FACTOR, true);
  private long bytes;

  Siblings decode(Key key, Bytes record) throws MalformedException {
    var familiar = records.get(key);
    if (familiar != null && familiar.record.equals(record)) {
      return familiar.siblings;
    }
    var siblings = SiblingsCodec.decode(key, record);
    remember(key, record, siblings);
    return siblings;
  }

  /** The record is what encodes this. */
  void remember(Key key, Bytes record, Siblings siblings) {
    var before = records.remove(key);
    bytes -= before == null ? 0 : before.record.length();
    if (siblings.requests().size() >= MANY_REQUESTS && record.length() <= LARGEST_BYTES) {
      records.put(key, new Familiar(record, siblings));
      bytes += record.length();
    }
    while (bytes > MOST_BYTES) {
      bytes -= records.pollFirstEntry().getValue().record.length();
    }
  }

  long bytes() {
    return bytes;
  }
}
