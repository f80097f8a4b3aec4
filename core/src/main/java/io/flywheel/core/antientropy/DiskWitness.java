package io.flywheel.core.antientropy;

import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Siblings;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Says of which keys this node's disk has just what another node names by fingerprints. The word is
 * given only when a crash cannot take it back, also where stores are synced periodically: the other
 * one will forget, or drop, what this one must then have, or must not bring back.
 */
final class DiskWitness {
  /** Whether what is held of a key is what was named. */
  @FunctionalInterface
  interface Match {
    boolean test(Key key, Siblings held, Fingerprint named);
  }

  private final LocalReplica replica;
  private final Supplier<RecordSettings> inForce;
  private final Journal journal;
  private final Eras eras;
  private final int mostUnderWay;
  private int underWay;

  /** {@code mostUnderWay}: questions that are looked into at a time; others are not answered. */
  DiskWitness(Facilities facilities, Journal journal, Eras eras, int mostUnderWay) {
    this.replica = facilities.replica();
    this.inForce = facilities.inForce();
    this.journal = journal;
    this.eras = eras;
    this.mostUnderWay = mostUnderWay;
  }

  /**
   * {@code testimony} gets the places in the question that match, ascending. It is not called where
   * there is too much to do: then the question comes again.
   */
  void asked(
      List<Key> keys,
      List<Fingerprint> named,
      Predicate<Key> isOwn,
      Match match,
      Consumer<List<Integer>> testimony) {
    if (underWay >= mostUnderWay || replica.isBusy() || keys.isEmpty()) {
      return;
    }
    underWay++;
    var inquiry = new Inquiry(keys.size(), match, testimony);
    for (int i = 0; i < keys.size(); i++) {
      var key = keys.get(i);
      if (inForce.get().namespace(key.namespace()) != null && isOwn.test(key)) {
        replica.readCurrent(key, inquiry.of(i, key, named.get(i)));
      } else {
        inquiry.looked();
      }
    }
  }

  /** One question's way through the key queues and to the disk. */
  private final class Inquiry {
    private final Match match;
    private final Consumer<List<Integer>> testimony;
    private final TreeSet<Integer> matching = new TreeSet<>();
    private int open;

    private Inquiry(int keys, Match match, Consumer<List<Integer>> testimony) {
      this.match = match;
      this.testimony = testimony;
      open = keys;
    }

    private Reader of(int place, Key key, Fingerprint named) {
      return new Reader() {
        @Override
        public void read(Held held) {
          if (match.test(key, held.siblings(), named)) {
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
        journal.storeForCertain(List.of(eras.closedMutation())).whenDurable(this::testify);
      }
    }

    private void testify() {
      underWay--;
      testimony.accept(new ArrayList<>(matching));
    }
  }
}
