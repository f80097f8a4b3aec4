package io.flywheel.core.replica;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Doorkeeper;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.LinkedHashMap;

/**
 * What the records of busy keys hold. Such a record remembers the requests of many writes, and to
 * decode it costs more than most of what is done with it then. What is known here is believed of
 * the very same bytes only, so that it needs no care with order, and what decays is noticed. What
 * is decoded for the first time in a while is not kept ({@link Doorkeeper}): where all keys are
 * written alike, all of it would be garbage a moment later, and old garbage by then.
 */
final class FamiliarRecords {
  /** Of records; what they hold takes two or three times as much. */
  static final long MOST_BYTES = 2L << 20;

  /** Larger ones would drive out many small ones. */
  private static final int LARGEST_BYTES = 32 << 10;

  /** With fewer requests a key is not busy, and its record is soon decoded. */
  static final int MANY_REQUESTS = 8;

  private static final float LOAD_FACTOR = 0.75f;

  private static final int NEWCOMER_BITS = 12;

  private record Familiar(Bytes record, Siblings siblings) {}

  private final LinkedHashMap<Key, Familiar> records = new LinkedHashMap<>(16, LOAD_FACTOR, true);
  private final Doorkeeper doorkeeper = new Doorkeeper(NEWCOMER_BITS);
  private long bytes;

  Siblings decode(Key key, Bytes record) throws MalformedException {
    var familiar = records.get(key);
    if (familiar != null && familiar.record.equals(record)) {
      return familiar.siblings;
    }
    var siblings = SiblingsCodec.decode(key, record);
    if (familiar != null || doorkeeper.admits(key.hashCode())) {
      put(key, record, siblings);
    }
    return siblings;
  }

  /** The record is what encodes this, from now on. */
  void changed(Key key, Bytes record, Siblings siblings) {
    if (records.containsKey(key)) {
      put(key, record, siblings);
    }
  }

  private void put(Key key, Bytes record, Siblings siblings) {
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
