package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.message.Message.TransferAsk;
import io.flywheel.core.message.Message.TransferPage;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Phase;
import io.flywheel.core.ring.Transition;
import java.util.ArrayList;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings here what a change of the ring gives to this node, or what others give up beside it, and
 * hands to others what it gives to them.
 *
 * <p>It begins when all members are known to have the change on their disks. From then on every
 * write goes to this node by itself; what was written before is on the disks of those who own it
 * until now. So one reading of their disks, begun after that, brings everything ({@link
 * TransferSource} says when a disk is worth reading). A few partitions come at a time, from several
 * sources; what has arrived is remembered on disk ({@link ArrivedPartitions}). It takes what
 * clients leave of this machine ({@link BackgroundBudget}), and never more than a bound in bytes a
 * second. Losing what is in memory here loses nothing but time.
 */
public final class Transfers {
  /** What a copy of a partition counts for at least, of what may be fetched in a second. */
  public static final long LEAST_COPY_BYTES = TransferEquipment.LEAST_PAGE_BYTES;

  private static final long ROUND_MILLIS = 200;
  private static final int MOST_AT_A_TIME = 8;
  private static final int MOST_OF_A_SOURCE = 3;
  private static final long RATE_MILLIS = 5_000;
  private static final long HOPE_MILLIS = 30_000;

  private final TransferEquipment with;
  private final Supplier<@Nullable Peers> peers;
  private final Comparison comparison;
  private final BackgroundBudget.Share budget;
  private final TransferSource source;
  private final ArrivedPartitions arrived;
  private final Obligations obligations;
  private final TreeSet<Integer> waiting = new TreeSet<>();
  private final TreeMap<Integer, PartitionTransfer> underWay = new TreeMap<>();
  private final TreeMap<NodeId, Long> bytesFrom = new TreeMap<>();
  private long lastRequest;
  private @Nullable Peers present;
  private long epoch;
  private int wanted;
  private long bytesOfDone;
  private int doneHere;
  private long bytesReceived;
  private long rateSinceMillis;
  private long rateBytes;
  private long bytesPerSecond;

  /** Until when there was nothing that others wait for, or they could be given some of it. */
  private long hopeSinceMillis;

  /**
   * One for each life of a node.
   *
   * @param stored what the disk says has arrived
   * @param bytesPerSecond the most that is fetched in a second, and the most that is handed over
   * @param firstRequest where request numbers begin, elsewhere in every life
   */
  public Transfers(
      TransferEquipment equipment,
      Supplier<@Nullable Peers> peers,
      Comparison comparison,
      DebtPayer payer,
      @Nullable Bytes stored,
      long bytesPerSecond,
      long firstRequest)
      throws MalformedException {
    this.with = equipment;
    this.peers = peers;
    this.comparison = comparison;
    budget = equipment.background().share(bytesPerSecond);
    source = new TransferSource(equipment, equipment.background().share(bytesPerSecond));
    arrived = new ArrivedPartitions(equipment.journal(), stored, this::sayHowFar);
    obligations = new Obligations(equipment.ledger(), payer, equipment.report());
    lastRequest = firstRequest;
    rateSinceMillis = equipment.now();
    hopeSinceMillis = equipment.now();
  }

  public void start() {
    ringChanged();
    round();
  }

  /** There are other owners than before, or the same in another phase. */
  public void ringChanged() {
    var now = peers.get();
    var cluster = with.progress().cluster();
    if (now == null || cluster == null || cluster.epoch() == epoch) {
      return;
    }
    underWay.values().forEach(PartitionTransfer::stop);
    underWay.clear();
    waiting.clear();
    bytesFrom.clear();
    obligations.forget();
    present = now;
    epoch = cluster.epoch();
    source.entered(epoch);
    var change = gaining(cluster);
    arrived.of(change == null ? 0 : change.began());
    wanted = 0;
    bytesOfDone = 0;
    doneHere = 0;
    bytesReceived = 0;
    rateBytes = 0;
    if (change != null) {
      for (Partition partition : now.ownership().filledBy(now.self())) {
        wanted++;
        if (!arrived.contains(partition.index())) {
          waiting.add(partition.index());
        }
      }
    }
    var transition = cluster.transition();
    boolean stays = cluster.ring().contains(now.self());
    boolean comes = transition == null || transition.next().contains(now.self());
    with.ledger().refuseMore(!stays || !comes);
    with.later(0, this::begin);
  }

  /** The change under way while it brings something; null else. */
  private static @Nullable Transition gaining(Cluster cluster) {
    var transition = cluster.transition();
    return transition != null && transition.phase() == Phase.JOINING && !transition.undone()
        ? transition
        : null;
  }

  public void asked(Peers now, NodeId from, TransferAsk ask) {
    source.asked(now, from, ask);
  }

  public void received(NodeId from, TransferPage page) {
    for (PartitionTransfer transfer : new ArrayList<>(underWay.values())) {
      transfer.received(from, page);
    }
  }

  /**
   * Whether this node, which leaves, keeps nothing for others any more: its own copies are with
   * their new owners when the change is done, and it takes no more to keep. What has been damaged
   * here, and cannot be put right for a while either, nobody will ever get.
   */
  public boolean isDrained() {
    var cluster = with.progress().cluster();
    boolean goes =
        cluster != null
            && present != null
            && !(cluster.transition() == null ? cluster.ring() : cluster.transition().next())
                .contains(present.self());
    boolean isHopeless = with.now() - hopeSinceMillis > HOPE_MILLIS;
    return goes && with.ledger().isOpen() && (with.ledger().waiting() == 0 || isHopeless);
  }

  private void hope() {
    var ledger = with.ledger();
    if (!ledger.isOpen() || ledger.waiting() == 0 || !obligations.areBeyondReading()) {
      hopeSinceMillis = with.now();
    }
  }

  private void round() {
    ringChanged();
    measure();
    hope();
    begin();
    sayHowFar();
    with.later(ROUND_MILLIS, this::round);
  }

  private void begin() {
    var now = present;
    if (now == null || waiting.isEmpty() || !with.progress().confirmed()) {
      return;
    }
    for (int index : new ArrayList<>(waiting)) {
      if (underWay.size() >= MOST_AT_A_TIME) {
        return;
      }
      if (!waiting.contains(index)) {
        continue; // one that is over at once begins the next
      }
      var partition = new Partition(index);
      var sources = TransferSources.of(now, partition, with.now());
      boolean begins =
          sources != null && (sources.isEmpty() || countOf(sources.getFirst()) < MOST_OF_A_SOURCE);
      if (begins) {
        waiting.remove(index);
        var transfer =
            new PartitionTransfer(with, budget, now, epoch, partition, comparison, new Arrivals());
        underWay.put(index, transfer);
        transfer.start();
      }
    }
  }

  private int countOf(NodeId node) {
    int count = 0;
    for (PartitionTransfer transfer : underWay.values()) {
      count += node.equals(transfer.source()) ? 1 : 0;
    }
    return count;
  }

  private void sayHowFar() {
    var now = present;
    var progress = with.progress();
    var cluster = progress.cluster();
    if (now != null && cluster != null && gaining(cluster) != null && cluster.epoch() == epoch) {
      boolean has = waiting.isEmpty() && underWay.isEmpty() && arrived.durable() >= wanted;
      progress.caughtUp(has && progress.confirmed() && obligations.areMet(now, with.now()));
    }
  }

  private void measure() {
    long millis = with.now() - rateSinceMillis;
    if (millis >= RATE_MILLIS) {
      bytesPerSecond = (bytesReceived - rateBytes) * 1000 / millis;
      rateBytes = bytesReceived;
      rateSinceMillis = with.now();
    }
  }

  /** How far it is; what former owners drop is for others to fill in. */
  public TransferFigures figures(int formerPartitions, long recordsReleased) {
    var partners = new ArrayList<TransferFigures.Partner>();
    bytesFrom.forEach(
        (node, bytes) -> partners.add(new TransferFigures.Partner(node, countOf(node), bytes)));
    return new TransferFigures(
        wanted,
        arrived.durable(),
        bytesReceived,
        bytesRemaining(),
        Math.max(0, bytesPerSecond),
        source.bytesSent(),
        partners,
        formerPartitions,
        recordsReleased);
  }

  /** What a partition takes is guessed from those that have come. */
  private long bytesRemaining() {
    double partitions = doneHere;
    long bytes = bytesOfDone;
    double begun = 0;
    for (PartitionTransfer transfer : underWay.values()) {
      begun += transfer.share();
      bytes += transfer.bytes();
    }
    partitions += begun;
    double left = waiting.size() + underWay.size() - begun;
    return partitions <= 0 ? 0 : (long) (bytes / partitions * left);
  }

  /** Hears of each partition on its way here. */
  private final class Arrivals implements PartitionTransfer.Listener {
    @Override
    public long nextRequest() {
      return ++lastRequest;
    }

    @Override
    public void received(NodeId from, long bytes) {
      bytesReceived += bytes;
      bytesFrom.merge(from, bytes, Long::sum);
    }

    @Override
    public void arrived(PartitionTransfer transfer) {
      if (underWay.remove(transfer.partition().index(), transfer)) {
        transfer.stop();
        doneHere++;
        bytesOfDone += transfer.bytes();
        arrived.add(transfer.partition().index());
        begin();
      }
    }
  }
}
