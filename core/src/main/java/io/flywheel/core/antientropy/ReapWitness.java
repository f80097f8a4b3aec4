package io.flywheel.core.antientropy;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Owners;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Fingerprints;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Says, as one of a key's replicas, whether on its disk just that would be forgotten. The word is
 * given only when a crash cannot take it back, also where stores are synced periodically: the
 * others will forget what this one must not bring back. The era it names is that of giving it, so
 * that whatever was read here before has that label or an older one.
 */
public final class ReapWitness {
  /** The most questions that are looked into at a time; others are not answered. */
  private static final int MAX_UNDER_WAY = 32;

  /** Hears what a replica has. */
  @FunctionalInterface
  public interface Testimony {
    /** {@code matching}: places in the question, ascending. */
    void given(long era, List<Integer> matching);
  }

  private final LocalReplica replica;
  private final Journal journal;
  private final Eras eras;
  private final Owners owners;
  private final Fingerprints fingerprints;
  private final ClusterSettings settings;
  private final Schedule schedule;
  private int underWay;

  /** One for each life of a node. */
  public ReapWitness(Facilities facilities, Journal journal, Eras eras, Owners owners) {
    this.replica = facilities.replica();
    this.journal = journal;
    this.eras = eras;
    this.owners = owners;
    this.fingerprints = facilities.fingerprints();
    this.settings = facilities.settings();
    this.schedule = facilities.schedule();
  }

  /**
   * Of which of these keys would exactly this be forgotten here? Not answered where there is too
   * much to do, or where the clock has not come to the cutoff: what is over elsewhere is not here.
   */
  public void asked(
      long cutoffMillis, List<Key> keys, List<Fingerprint> residues, Testimony testimony) {
    if (cutoffMillis > schedule.wallMillis()
        || underWay >= MAX_UNDER_WAY
        || replica.isBusy()
        || keys.isEmpty()) {
      return;
    }
    underWay++;
    var inquiry = new Inquiry(cutoffMillis, keys.size(), testimony);
    for (int i = 0; i < keys.size(); i++) {
      var key = keys.get(i);
      if (settings.namespace(key.namespace()) != null && owners.isOwn(key)) {
        replica.readCurrent(key, inquiry.of(i, key, residues.get(i)));
      } else {
        inquiry.looked();
      }
    }
  }

  /** One question's way through the key queues and to the disk. */
  private final class Inquiry {
    private final long cutoffMillis;
    private final Testimony testimony;
    private final TreeSet<Integer> matching = new TreeSet<>();
    private int open;

    private Inquiry(long cutoffMillis, int keys, Testimony testimony) {
      this.cutoffMillis = cutoffMillis;
      this.testimony = testimony;
      open = keys;
    }

    private Reader of(int place, Key key, Fingerprint residue) {
      return new Reader() {
        @Override
        public void read(Held held) {
          var own = held.siblings().residue(cutoffMillis);
          if (!own.isEmpty() && fingerprints.of(key, own).equals(residue)) {
            matching.add(place);
          }
          looked();
        }

        @Override
        public void unreadable() {
          looked();
        }
      };
    }

    private void looked() {
      if (--open == 0) {
        // Synced, and with it all that was found: it was stored before.
        var closed = Eras.encode(eras.closed());
        var mutation = new Mutation(Table.METADATA, StorageKey.CLOSED_ERA, closed);
        journal.storeForCertain(List.of(mutation)).whenDurable(this::give);
      }
    }

    private void give() {
      underWay--;
      testimony.given(eras.current(), new ArrayList<>(matching));
    }
  }
}
