package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.ReleaseAnswer;
import io.flywheel.core.message.Message.ReleaseAsk;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Fingerprints;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Says, as one of a key's owners, whether it has just the state that a former owner is about to
 * drop. The word is given only when a crash cannot take it back, also where stores are synced
 * periodically.
 */
final class ReleaseWitness {
  private static final int MAX_UNDER_WAY = 16;

  private final LocalReplica replica;
  private final Fingerprints fingerprints;
  private final Facilities with;
  private final Journal journal;
  private final Eras eras;
  private int underWay;

  ReleaseWitness(Facilities facilities, Journal journal, Eras eras) {
    this.with = facilities;
    this.replica = facilities.replica();
    this.fingerprints = facilities.fingerprints();
    this.journal = journal;
    this.eras = eras;
  }

  /** Not answered where there is too much to do: it is asked again. */
  void asked(Peers peers, NodeId from, ReleaseAsk ask) {
    if (underWay >= MAX_UNDER_WAY || replica.isBusy() || ask.keys().isEmpty()) {
      return;
    }
    underWay++;
    var inquiry = new Inquiry(peers, from, ask);
    for (int i = 0; i < ask.keys().size(); i++) {
      var key = ask.keys().get(i);
      if (with.settings().namespace(key.namespace()) != null && peers.isOwn(key)) {
        replica.readCurrent(key, inquiry.of(i, key, ask.states().get(i)));
      } else {
        inquiry.looked();
      }
    }
  }

  /** One question's way through the key queues and to the disk. */
  private final class Inquiry {
    private final Peers peers;
    private final NodeId asker;
    private final long request;
    private final TreeSet<Integer> held = new TreeSet<>();
    private int open;

    private Inquiry(Peers peers, NodeId asker, ReleaseAsk ask) {
      this.peers = peers;
      this.asker = asker;
      this.request = ask.request();
      open = ask.keys().size();
    }

    private Reader of(int place, Key key, Fingerprint state) {
      return new Reader() {
        @Override
        public void read(Held found) {
          if (fingerprints.of(key, found.siblings()).equals(state)) {
            held.add(place);
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
        journal.storeForCertain(List.of(mutation)).whenDurable(this::answer);
      }
    }

    private void answer() {
      underWay--;
      peers.send(asker, new ReleaseAnswer(request, new ArrayList<>(held)));
    }
  }
}
