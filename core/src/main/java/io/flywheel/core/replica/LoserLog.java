package io.flywheel.core.replica;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The values that a namespace's rule discarded, {@code last-write-wins} or {@code keep-newest},
 * kept for an operator to look at and put back. A log with a bound: the oldest entries go first. An
 * entry is written in the same batch as the state that lacks it.
 */
public final class LoserLog {
  static final int MOST_ENTRIES = 10_000;
  static final long MOST_BYTES = 64L << 20;

  /** A value that lost. */
  public record Loser(Key key, Sibling sibling) {}

  /**
   * Some of what is in the log.
   *
   * @param complete whether that is everything that was asked for
   */
  public record Listing(List<Loser> losers, boolean complete) {}

  private final ActorLease lease;
  private final TreeMap<Long, Long> sizes = new TreeMap<>();
  private long bytes;
  private long dropped;

  public LoserLog(ActorLease lease) {
    this.lease = lease;
  }

  public int size() {
    return sizes.size();
  }

  /** Entries that had to go for newer ones, since the start. */
  public long dropped() {
    return dropped;
  }

  /** An entry that an earlier life wrote. */
  public void found(long number, long entryBytes) {
    if (sizes.put(number, entryBytes) == null) {
      bytes += entryBytes;
    }
  }

  /** What to write, and what to remove for it. */
  List<Mutation> append(Key key, List<Sibling> losers) {
    var mutations = new ArrayList<Mutation>(losers.size());
    for (Sibling loser : losers) {
      long number = lease.uniqueStamp();
      Bytes entry = encode(key, loser);
      found(number, entry.length());
      mutations.add(new Mutation(Table.LOSERS, StorageKey.ofNumber(number), entry));
    }
    while (sizes.size() > MOST_ENTRIES || bytes > MOST_BYTES) {
      Map.Entry<Long, Long> oldest = sizes.pollFirstEntry();
      bytes -= oldest.getValue();
      dropped++;
      mutations.add(Mutation.removal(Table.LOSERS, StorageKey.ofNumber(oldest.getKey())));
    }
    return mutations;
  }

  private static Bytes encode(Key key, Sibling loser) {
    var out = new ByteWriter();
    out.bytes(StorageKey.ofRecord(key));
    out.bytes(SiblingsCodec.encode(key, Siblings.of(loser)));
    return out.toBytes();
  }

  public static Loser decode(Bytes entry) throws MalformedException {
    var in = new ByteReader(entry.array());
    var key = StorageKey.keyOf(in.bytes(SiblingsCodec.MAX_RECORD_BYTES));
    var siblings = SiblingsCodec.decode(key, in.bytes(SiblingsCodec.MAX_RECORD_BYTES));
    in.end();
    if (siblings.living().size() != 1) {
      throw new MalformedException("a loser that is not one value");
    }
    return new Loser(key, siblings.living().getFirst());
  }
}
