package io.flywheel.core.antientropy;

import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.model.Key;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Fingerprints;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The keys of a part of a slice, from some hash on, and the fingerprints of their records.
 *
 * @param nextHash where the part ends; 0 where the slice ends with it
 */
record KeyPage(List<Key> keys, List<Fingerprint> fingerprints, long nextHash) {
  static final int MAX_ENTRIES = 512;
  static final int MAX_BYTES = 512 << 10;

  /** Nothing, up to the end: what cannot be read now is as good as not there. */
  static final KeyPage EMPTY = new KeyPage(List.of(), List.of(), 0);

  /**
   * Reading {@code page} showed these records; a damaged one is left out and its recovery begun.
   */
  static KeyPage of(
      Scanned.Page page, long fromHash, Fingerprints fingerprints, LocalReplica replica) {
    long nextHash = 0;
    var next = page.next();
    if (next != null) {
      nextHash = StorageKey.hashOf(next);
      // Pages end between hashes; so many keys with one hash there are not, or nobody is hurt.
      nextHash = nextHash == fromHash ? fromHash + 1 : nextHash;
    }
    var keys = new ArrayList<Key>(page.entries().size());
    var states = new ArrayList<Fingerprint>(page.entries().size());
    for (Scanned.Entry entry : page.entries()) {
      var key = entry.key();
      if (key == null) {
        continue;
      }
      if (nextHash != 0 && Long.compareUnsigned(key.hashHigh(), nextHash) >= 0) {
        break;
      }
      if (SiblingsCodec.isIntact(key, entry.value())) {
        keys.add(key);
        states.add(fingerprints.of(key, entry.value()));
      } else {
        replica.read(key, Reader.NOBODY);
      }
    }
    return new KeyPage(keys, states, nextHash);
  }

  /** Keys before {@code end}, 0 for all, with different states here and there. */
  List<Key> differing(KeyPage other, long end) {
    var states = new TreeMap<Key, Fingerprint>();
    for (int i = 0; i < keys.size(); i++) {
      if (isBefore(keys.get(i).hashHigh(), end)) {
        states.put(keys.get(i), fingerprints.get(i));
      }
    }
    var differing = new ArrayList<Key>();
    for (int i = 0; i < other.keys.size(); i++) {
      var key = other.keys.get(i);
      if (isBefore(key.hashHigh(), end) && !other.fingerprints.get(i).equals(states.remove(key))) {
        differing.add(key);
      }
    }
    differing.addAll(states.keySet());
    return differing;
  }

  /** The nearer of two ends, where 0 is the farthest. */
  static long nearer(long end, long other) {
    if (end == 0 || other == 0) {
      return end | other;
    }
    return isBefore(end, other) ? end : other;
  }

  static boolean isBefore(long hash, long end) {
    return end == 0 || Long.compareUnsigned(hash, end) < 0;
  }
}
