package io.flywheel.core.handoff;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.replica.Journal;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions have arrived of those that one change brings, on disk, so that a node that is
 * started again goes on where it stopped. Written with a sync, so that what has arrived is on disk
 * before it; several that arrive while one store is under way share the next.
 */
final class ArrivedPartitions {
  private static final int MAX_BYTES = 8 << 10;

  private final Journal journal;
  private final Runnable whenDurable;
  private BitSet arrived = new BitSet();
  private BitSet durable = new BitSet();
  private long began;
  private boolean storing;
  private boolean changed;

  /** {@code whenDurable} runs each time that more of them is on disk. */
  ArrivedPartitions(Journal journal, @Nullable Bytes stored, Runnable whenDurable)
      throws MalformedException {
    this.journal = journal;
    this.whenDurable = whenDurable;
    if (stored != null) {
      var in = new ByteReader(stored.array());
      began = in.varint();
      arrived = BitSet.valueOf(in.bytes(MAX_BYTES).array());
      in.verifyChecksumFrom(0);
      in.end();
      durable = (BitSet) arrived.clone();
    }
  }

  /** From now on it is about the change that began in this epoch; 0 for none. */
  void of(long epoch) {
    if (began != epoch) {
      boolean any = !arrived.isEmpty();
      began = epoch;
      arrived = new BitSet();
      durable = new BitSet();
      if (any) {
        store();
      }
    }
  }

  boolean contains(int partition) {
    return arrived.get(partition);
  }

  /** How many of them are on disk. */
  int durable() {
    return durable.cardinality();
  }

  void add(int partition) {
    arrived.set(partition);
    store();
  }

  private void store() {
    changed = true;
    if (storing) {
      return;
    }
    storing = true;
    changed = false;
    long stored = began;
    var storedSet = (BitSet) arrived.clone();
    var value =
        new ByteWriter()
            .varint(began)
            .bytes(Bytes.wrap(arrived.toByteArray()))
            .checksumFrom(0)
            .toBytes();
    journal
        .storePatientlyForCertain(List.of(new Mutation(Table.METADATA, StorageKey.ARRIVED, value)))
        .whenDurable(
            () -> {
              storing = false;
              if (stored == began) {
                durable = storedSet;
              }
              if (changed) {
                store();
              }
              whenDurable.run();
            });
  }
}
