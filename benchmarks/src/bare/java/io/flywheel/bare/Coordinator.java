package io.flywheel.bare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts go to all three and are confirmed by two. Gets read here and ask one other for a digest;
 * without versions nobody can tell which is newer where they differ, so they are only counted.
 */
final class Coordinator {
  private static final int QUORUM = 2;

  private final BareStore store;
  private final List<PeerLink> peers = new ArrayList<>();
  private final Map<Long, Pending> pending = new HashMap<>();
  private long lastId;
  private long different;

  private static final class Pending {
    private final Runnable done;
    private final int digest;
    private int confirmed;

    Pending(int digest, Runnable done) {
      this.digest = digest;
      this.done = done;
    }
  }

  Coordinator(BareStore store) {
    this.store = store;
  }

  List<PeerLink> peers() {
    return peers;
  }

  void put(byte[] key, byte[] value, Runnable done) {
    long id = ++lastId;
    pending.put(id, new Pending(0, done));
    store.put(key, value, () -> confirm(id));
    for (PeerLink peer : peers) {
      peer.sendPut(id, key, value);
    }
  }

  void get(byte[] key, Consumer<byte @Nullable []> found) {
    long id = ++lastId;
    byte[] value = store.get(key);
    var asked = new Pending(Arrays.hashCode(value), () -> found.accept(value));
    asked.confirmed = 1;
    pending.put(id, asked);
    peers.get((int) (id % peers.size())).sendGet(id, key);
  }

  void confirm(long id) {
    Pending asked = pending.get(id);
    if (asked != null && ++asked.confirmed == QUORUM) {
      pending.remove(id);
      asked.done.run();
    }
  }

  void confirm(long id, int digest) {
    Pending asked = pending.get(id);
    if (asked != null && asked.digest != digest) {
      different++;
      if (Long.bitCount(different) == 1) {
        System.err.println(different + " reads met replicas that differ");
      }
    }
    confirm(id);
  }
}
