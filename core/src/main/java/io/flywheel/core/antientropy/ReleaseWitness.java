package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.ReleaseAnswer;
import io.flywheel.core.message.Message.ReleaseAsk;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.version.Fingerprints;

/**
 * Says, as one of a key's owners, whether it has just the state that a former owner is about to
 * drop.
 */
final class ReleaseWitness {
  private static final int MAX_UNDER_WAY = 16;

  private final DiskWitness witness;
  private final Fingerprints fingerprints;

  ReleaseWitness(Facilities facilities, Journal journal, Eras eras) {
    witness = new DiskWitness(facilities, journal, eras, MAX_UNDER_WAY);
    fingerprints = facilities.fingerprints();
  }

  void asked(Peers peers, NodeId from, ReleaseAsk ask) {
    witness.asked(
        ask.keys(),
        ask.states(),
        peers::isOwn,
        (key, held, state) -> fingerprints.of(key, held).equals(state),
        matching -> peers.send(from, new ReleaseAnswer(ask.request(), matching)));
  }
}
