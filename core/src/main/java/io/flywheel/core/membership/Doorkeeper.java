package io.flywheel.core.membership;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message.Announce;
import io.flywheel.core.message.Message.Formed;
import io.flywheel.core.message.Message.JoinAsk;
import io.flywheel.core.message.Message.JoinRefusal;
import io.flywheel.core.message.Message.ReleaseAsk;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.RingAsk;
import io.flywheel.core.message.Message.RingNews;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a peer's message is believed at all: only from members of this cluster, with the
 * same settings, and only once. Checked for every message, not just when a connection begins.
 */
public final class Doorkeeper {
  private static final int LIVES_REMEMBERED = 4;
  private static final int MAX_SENDERS = 10_000;

  /** What is to be done with a message. */
  public sealed interface Verdict {
    record Welcome() implements Verdict {}

    /** Drop it; an empty reason is not worth a word. */
    record TurnedAway(String reason) implements Verdict {}

    /** It is of this cluster, and no member as far as is known here: one of both is behind. */
    record Unacquainted(String reason) implements Verdict {}

    /** Another process has this node's identity: stop. */
    record Impostor(String reason) implements Verdict {}
  }

  private static final Verdict WELCOME = new Verdict.Welcome();
  private static final Verdict UNREMARKABLE = new Verdict.TurnedAway("");

  private final Identity self;
  private final long settings;
  private final TreeMap<NodeId, Map<Long, SequenceWindow>> lives = new TreeMap<>();

  public Doorkeeper(Identity self, long settings) {
    this.self = self;
    this.settings = settings;
  }

  /**
   * Looks at one message; one that is welcome counts as taken.
   *
   * @param cluster that this node belongs to, null while it has none
   */
  public Verdict examine(Envelope envelope, @Nullable Cluster cluster) {
    if (envelope.from().equals(self.id())) {
      return envelope.startId() == self.startId()
          ? UNREMARKABLE
          : new Verdict.Impostor(
              "another process runs with this node's identity "
                  + self.id()
                  + ": its data directory was copied; stop one of them");
    }
    if (envelope.settings() != settings) {
      return new Verdict.TurnedAway(
          "node " + envelope.from() + " has other cluster settings (cluster, partitions)");
    }
    if (cluster == null) {
      boolean forms =
          switch (envelope.message()) {
            case Announce _, Formed _, RingNews _, JoinRefusal _ -> true;
            default -> false;
          };
      return forms ? first(envelope) : UNREMARKABLE;
    }
    if (envelope.clusterId() != cluster.id()) {
      boolean asks =
          switch (envelope.message()) {
            case Announce _, JoinAsk _, RingAsk _ -> true;
            default -> false;
          };
      return envelope.clusterId() == 0 && asks
          ? WELCOME
          : new Verdict.TurnedAway("node " + envelope.from() + " belongs to another cluster");
    }
    if (cluster.lost().contains(envelope.from())) {
      return new Verdict.Unacquainted(
          "node "
              + envelope.from()
              + " is lost, by the word of an operator, and yet it speaks: nobody listens to it");
    }
    if (cluster.member(envelope.from()) == null) {
      return mayBeOutside(envelope, cluster)
          ? first(envelope)
          : new Verdict.Unacquainted("node " + envelope.from() + " is no member of the cluster");
    }
    return first(envelope);
  }

  /**
   * Who is behind hears of it from whomever; and who has left brings what it still has, and is
   * helped to read it.
   */
  private static boolean mayBeOutside(Envelope envelope, Cluster cluster) {
    return switch (envelope.message()) {
      case RingNews _, RingAsk _ -> true;
      case ReplicaPut _, ReplicaGet _, ReleaseAsk _ ->
          envelope.epoch() == cluster.epoch() && cluster.removed().contains(envelope.from());
      default -> false;
    };
  }

  private Verdict first(Envelope envelope) {
    if (lives.size() >= MAX_SENDERS && !lives.containsKey(envelope.from())) {
      return UNREMARKABLE;
    }
    var windows = lives.computeIfAbsent(envelope.from(), _ -> new LinkedHashMap<>());
    var window = windows.get(envelope.startId());
    if (window == null) {
      if (windows.size() == LIVES_REMEMBERED) {
        windows.remove(windows.keySet().iterator().next());
      }
      window = new SequenceWindow();
      windows.put(envelope.startId(), window);
    }
    return window.take(envelope.sequence()) ? WELCOME : UNREMARKABLE;
  }
}
