package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.ring.Partition;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Partitions that this node owned, and of which it may still hold more than it keeps for others:
 * all of it goes when the owners have said that they have it. Noted on disk when a change begins
 * that may take them, so that a crash when it is done does not make orphans of them.
 */
public final class FormerPartitions {
  private static final int MAX_BYTES = 8 << 10;

  private final Journal journal;
  private final BitSet noted;

  /** {@code stored} as the disk has it. */
  public FormerPartitions(Journal journal, @Nullable Bytes stored) throws MalformedException {
    this.journal = journal;
    if (stored == null) {
      noted = new BitSet();
      return;
    }
    var in = new ByteReader(stored.array());
    noted = BitSet.valueOf(in.bytes(MAX_BYTES).array());
    in.verifyChecksumFrom(0);
    in.end();
  }

  /** Whether it may hold more there than it keeps for others, unless it owns the partition. */
  public boolean contains(int partition) {
    return noted.get(partition);
  }

  /** How many there are. */
  public int count(Peers peers) {
    int count = 0;
    for (int i = noted.nextSetBit(0); i >= 0; i = noted.nextSetBit(i + 1)) {
      count += peers.isOwn(new Partition(i)) ? 0 : 1;
    }
    return count;
  }

  /** There are other owners than before. */
  public void ringChanged(Peers peers) {
    var ownership = peers.ownership();
    var before = (BitSet) noted.clone();
    boolean open = ownership.transition() != null;
    for (Partition partition : peers.ownedPartitions()) {
      noted.set(partition.index(), open && ownership.moves(partition));
    }
    if (!noted.equals(before)) {
      store();
    }
  }

  /** Nothing is left there that is not owed to somebody. */
  public void emptied(List<Integer> partitions) {
    if (!partitions.isEmpty()) {
      partitions.forEach(noted::clear);
      store();
    }
  }

  private void store() {
    var value = new ByteWriter().bytes(Bytes.wrap(noted.toByteArray())).checksumFrom(0).toBytes();
    journal.storePatientlyForCertain(
        List.of(new Mutation(Table.METADATA, StorageKey.FORMER, value)));
  }
}
