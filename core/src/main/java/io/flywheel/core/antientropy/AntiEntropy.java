package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Census;
import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.handoff.Comparison;
import io.flywheel.core.handoff.FormerPartitions;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.GroupSums;
import io.flywheel.core.message.Message.ReleaseAnswer;
import io.flywheel.core.message.Message.ReleaseAsk;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Message.SliceKeys;
import io.flywheel.core.message.Message.SliceKeysReply;
import io.flywheel.core.message.Message.TreeSums;
import io.flywheel.core.message.Message.TreeSumsReply;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Journal;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that makes replicas equal without anybody asking: trees, the sweep that builds and checks
 * them, and the exchanges that compare them with those of others.
 */
public final class AntiEntropy {
  private static final long BYTES_PER_SECOND = 4L << 20;
  private static final long STRAY_BYTES_PER_SECOND = 16L << 20;

  /** Keeps the numbers of an operator's repairs away from those of exchanges. */
  private static final long KEY_REPAIRS = 1L << 57;

  private static final long COMPARISONS = 1L << 56;
  private static final long RELEASES = 1L << 55;

  private final Supplier<@Nullable Peers> peers;
  private final SplittableRandom random;
  private final Equipment equipment;
  private final Sweep sweep;
  private final Strays strays;
  private final ExchangeResponder responder;
  private final TreeExchange exchanges;
  private final KeyRepair keyRepair;
  private final SliceComparison comparison;
  private final ReleaseWitness witness;

  /**
   * One for each life of a node.
   *
   * @param sweepBytesPerSecond how fast all records are read, over and over
   * @param firstRequest away from those of gets and puts, whose answers look the same
   */
  public AntiEntropy(
      Facilities facilities,
      FormerPartitions former,
      Journal journal,
      Eras eras,
      Census census,
      CandidateListener candidates,
      SplittableRandom random,
      long exchangeMillis,
      long sweepBytesPerSecond,
      long firstRequest) {
    this.peers = facilities.peers();
    this.random = random;
    var schedule = facilities.schedule();
    var settings = facilities.settings();
    equipment =
        new Equipment(
            facilities,
            new Proofs(settings.partitions(), schedule.monotonicMillis()),
            new SharedPartitions(),
            facilities.background().share(BYTES_PER_SECOND),
            new ExchangeCounts());
    strays = new Strays(facilities, former, STRAY_BYTES_PER_SECOND, firstRequest + RELEASES);
    sweep = new Sweep(facilities, candidates, strays, sweepBytesPerSecond);
    var builds = new TreeBuilds(facilities);
    responder = new ExchangeResponder(equipment, builds);
    comparison =
        new SliceComparison(facilities.trees(), builds, schedule, firstRequest + COMPARISONS);
    witness = new ReleaseWitness(facilities, journal, eras);
    exchanges = new TreeExchange(equipment, peers, random, exchangeMillis, firstRequest);
    keyRepair =
        new KeyRepair(
            census,
            facilities.replica(),
            schedule,
            facilities.inForce(),
            firstRequest + KEY_REPAIRS);
  }

  public void start() {
    strays.start();
    sweep.start(random);
    exchanges.start();
  }

  /**
   * Compares with every other replica now; {@link AntiEntropyFigures#repair} says how far it is.
   */
  public void repairNow() {
    exchanges.repairNow();
  }

  /** Makes all copies of one key equal; {@code answer} gets a {@link Outcome.Repaired}. */
  public void repair(Peers present, Key key, long deadlineMillis, Consumer<Outcome> answer) {
    keyRepair.repair(present, key, deadlineMillis, answer);
  }

  /**
   * A message about trees. Groups are of what two nodes share, so they mean the same only to nodes
   * of one epoch. Slices and keys name what they mean, and records are asked for, and brought, by
   * messages that are held to their epoch.
   */
  public void received(Peers present, NodeId from, long epoch, Message.AboutTrees message) {
    switch (message) {
      case GroupSums groups -> responder.compare(present, from, epoch, groups);
      case TreeSums sums -> responder.compare(present, from, sums);
      case SliceKeys ask -> responder.list(present, from, ask);
      case TreeSumsReply reply -> {
        exchanges.replied(from, reply);
        comparison.replied(from, reply);
      }
      case SliceKeysReply reply -> exchanges.replied(from, reply);
    }
  }

  /** A former owner asks what it may drop. */
  public void asked(Peers present, NodeId from, ReleaseAsk ask) {
    witness.asked(present, from, ask);
  }

  /** An owner says what this node may drop. */
  public void answered(NodeId from, ReleaseAnswer answer) {
    strays.answered(from, answer);
  }

  /** Other nodes own keys from now on: what is compared is compared anew. */
  public void ringChanged(Peers present) {
    exchanges.ringChanged(present);
    sweep.ringChanged(present);
    strays.ringChanged(present);
  }

  /** Compares this node's copy of a partition with another's. */
  public Comparison comparison() {
    return comparison;
  }

  /** Partitions of which this node may still hold what it has owned. */
  public int formerPartitions() {
    return strays.formerPartitions();
  }

  /** Records of such partitions that were dropped, since the start. */
  public long released() {
    return strays.released();
  }

  public void replied(NodeId from, ReplicaGetReply reply) {
    exchanges.replied(from, reply);
  }

  public void replied(NodeId from, ReplicaPutReply reply) {
    exchanges.replied(from, reply);
    keyRepair.replied(from, reply);
  }

  /** Whether all that is kept here for others is known to be, since the start. */
  public boolean hasSeenAll() {
    return strays.hasSeenAll();
  }

  /** How long ago the key's partition was seen to be equal on all of its replicas. */
  public long provenMillisAgo(Peers present, Key key) {
    var partition = present.ring().partition(key);
    long now = equipment.schedule().monotonicMillis();
    return equipment.proofs().provenMillisAgo(present, partition, now);
  }

  public AntiEntropyFigures figures() {
    var present = peers.get();
    var counts = equipment.counts();
    long now = equipment.schedule().monotonicMillis();
    var proven = present == null ? Proofs.Summary.NONE : equipment.proofs().summary(present, now);
    return new AntiEntropyFigures(
        proven.worstMillis(),
        proven.medianMillis(),
        proven.never(),
        equipment.trees().built(),
        proven.owned(),
        equipment.trees().corrected(),
        counts.exchanges,
        counts.quietExchanges,
        counts.differences,
        counts.falseAlarms,
        counts.contradictions,
        counts.keysSent,
        counts.keysTaken,
        counts.recordBytes,
        sweep.rounds(),
        sweep.damaged(),
        strays.met(),
        strays.orphans(),
        sweep.tombstones(),
        exchanges.repair());
  }
}
