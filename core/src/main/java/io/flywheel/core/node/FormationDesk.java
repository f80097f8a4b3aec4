package io.flywheel.core.node;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Effect.Severity;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.membership.Formation;
import io.flywheel.core.message.Message.Announce;
import io.flywheel.core.message.Message.Formed;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;

/**
 * What a node does while it has no cluster: says who it is to those with whom it is to form one,
 * and adopts what it then proposes, or what it is told ({@link Formation} decides). With a cluster
 * it tells those who have none yet.
 */
final class FormationDesk {
  private final NodeConfig config;
  private final Member self;
  private final RingDesk ring;
  private final SortedSet<NodeId> connected;
  private final SplittableRandom random;
  private final Outbox outbox;
  private final Formation formation;
  private boolean identityDurable;
  private boolean adopting;

  /** {@code connected}: who can be reached, at any time. */
  FormationDesk(
      NodeConfig config,
      Member self,
      RingDesk ring,
      SortedSet<NodeId> connected,
      SplittableRandom random,
      Outbox outbox) {
    this.config = config;
    this.self = self;
    this.ring = ring;
    this.connected = connected;
    this.random = random;
    this.outbox = outbox;
    formation = new Formation(self, config.settings(), config.initialMembers());
  }

  /** Others may hear of this node from now on. */
  void identityDurable() {
    identityDurable = true;
    connected.forEach(this::greet);
    proposeIfComplete();
  }

  /** Once a second. */
  void beat() {
    proposeIfComplete();
    connected.forEach(this::greet);
    if (identityDurable) {
      ring.joins().ask(self, connected);
    }
  }

  void greet(NodeId peer) {
    if (identityDurable && !config.initialMembers().isEmpty()) {
      ring.send(peer, new Announce(self, config.initialMembers(), config.settings().beginning()));
    }
  }

  void gone(NodeId peer) {
    formation.gone(peer);
  }

  void announced(NodeId from, Announce announce) {
    if (ring.cluster() != null) {
      tell(from);
    } else {
      formation.announced(announce);
      proposeIfComplete();
    }
  }

  void told(Formed formed) {
    if (ring.cluster() != null || adopting) {
      return;
    }
    switch (formation.told(formed)) {
      case Formation.Verdict.Adopt adopt -> adopt(adopt.cluster());
      case Formation.Verdict.Ignore ignore ->
          outbox.add(new Effect.Report(Severity.WARNING, ignore.reason()));
      case Formation.Verdict.Stop stop -> outbox.add(new Effect.Halt(stop.reason()));
    }
  }

  private void proposeIfComplete() {
    if (ring.cluster() == null && !adopting && identityDurable) {
      var proposed = formation.propose(random.nextLong() | 1);
      if (proposed != null) {
        adopt(proposed);
      }
    }
  }

  /** Serves only once the cluster is on disk, and tells the others only then. */
  private void adopt(Cluster formed) {
    adopting = true;
    ring.adopt(
        formed,
        List.of(),
        () -> {
          connected.forEach(this::tell);
          outbox.add(
              new Effect.Report(Severity.INFO, "formed: " + formed.members().size() + " members"));
        });
  }

  private void tell(NodeId peer) {
    var cluster = ring.cluster();
    if (cluster != null && cluster.epoch() > 1) {
      ring.tidings().welcome(peer);
    } else if (cluster != null) {
      ring.send(
          peer, new Formed(cluster.id(), cluster.records(), cluster.members(), cluster.ring()));
    }
  }

  /** What a cluster that exists already is to this node. */
  Formation.Verdict judge(Cluster found) {
    return formation.told(found);
  }

  /** What is still missing, for an operator. */
  String waitingFor() {
    return config.initialMembers().isEmpty()
        ? "a cluster: the directory is empty and no initial-members are configured"
        : formation.waitingFor();
  }
}
