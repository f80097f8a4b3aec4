package io.flywheel.core.node;

import io.flywheel.core.antientropy.AntiEntropy;
import io.flywheel.core.antientropy.AntiEntropyFigures;
import io.flywheel.core.antientropy.EraKeeper;
import io.flywheel.core.antientropy.Facilities;
import io.flywheel.core.antientropy.ReapWitness;
import io.flywheel.core.antientropy.Reaper;
import io.flywheel.core.coordinate.Census;
import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.handoff.ChangeProgress;
import io.flywheel.core.handoff.DebtPayer;
import io.flywheel.core.handoff.FormerPartitions;
import io.flywheel.core.handoff.TransferEquipment;
import io.flywheel.core.handoff.TransferFigures;
import io.flywheel.core.handoff.Transfers;
import io.flywheel.core.membership.EraPace;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.ReleaseAnswer;
import io.flywheel.core.message.Message.ReleaseAsk;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Message.TransferAsk;
import io.flywheel.core.message.Message.TransferPage;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.replica.LoserLog;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The work that nobody waits for: paying, comparing, forgetting, and moving partitions. */
final class Upkeep {
  private static final int PAGE_ENTRIES = 512;
  private static final int PAGE_BYTES = 1 << 20;
  private static final long RETRY_MILLIS = 1_000;

  /** Keep their request numbers away from those of puts and gets, whose answers look the same. */
  private static final long PAYMENTS = 1L << 59;

  private static final long EXCHANGES = 1L << 58;

  private final Scanner scanner;
  private final Schedule schedule;
  private final LoserLog losers;
  private final DebtLedger ledger;
  private final DebtPayer payer;
  private final AntiEntropy antiEntropy;
  private final EraKeeper eraKeeper;
  private final Reaper reaper;
  private final Eras eras;
  private final FormerPartitions former;
  private final Transfers transfers;
  private final Supplier<@Nullable Peers> peers;

  Upkeep(
      NodeConfig config,
      Facilities facilities,
      Books books,
      Census census,
      ChangeProgress progress,
      Map<Bytes, Bytes> metadata,
      SplittableRandom seeds,
      long firstRequest)
      throws MalformedException {
    var random = seeds.split();
    var journal = books.journal();
    scanner = facilities.scanner();
    schedule = facilities.schedule();
    losers = books.losers();
    ledger = books.ledger();
    eras = books.eras();
    former = books.former();
    peers = facilities.peers();
    var rhythm = config.rhythm();
    payer =
        new DebtPayer(
            scanner,
            schedule,
            facilities.replica(),
            books.records(),
            ledger,
            eras,
            config.settings(),
            facilities.peers(),
            facilities.background(),
            PAYMENTS + firstRequest);
    var witness = new ReapWitness(facilities, journal, eras, books.owners());
    reaper = new Reaper(facilities, witness, eras, books.owners(), firstRequest);
    antiEntropy =
        new AntiEntropy(
            facilities,
            former,
            journal,
            eras,
            census,
            reaper,
            random,
            rhythm.exchangeMillis(),
            rhythm.sweepBytesPerSecond(),
            EXCHANGES + firstRequest);
    var pace = new EraPace(rhythm.eraMillis(), random.split());
    eraKeeper = new EraKeeper(eras, ledger, journal, schedule, pace, this::mayStrikeOut);
    var equipment =
        new TransferEquipment(
            config.settings(),
            facilities.inForce(),
            scanner,
            schedule,
            facilities.replica(),
            ledger,
            journal,
            eras,
            progress,
            facilities.background(),
            facilities.report());
    transfers =
        new Transfers(
            equipment,
            peers,
            antiEntropy.comparison(),
            payer,
            metadata.get(StorageKey.ARRIVED),
            rhythm.transferBytesPerSecond(),
            firstRequest);
  }

  void start() {
    payer.start();
    antiEntropy.start();
    eraKeeper.start();
    reaper.start();
    transfers.start();
    countLosers(Bytes.EMPTY);
  }

  void replied(NodeId from, ReplicaPutReply reply) {
    payer.replied(from, reply);
    antiEntropy.replied(from, reply);
  }

  void replied(NodeId from, ReplicaGetReply reply) {
    antiEntropy.replied(from, reply);
  }

  /** A message about trees, from a node of this epoch. */
  void received(Peers peers, NodeId from, long epoch, Message.AboutTrees message) {
    antiEntropy.received(peers, from, epoch, message);
  }

  /** A message about partitions that change their owners. */
  void received(Peers present, NodeId from, Message.AboutTransfers message) {
    switch (message) {
      case TransferAsk ask -> transfers.asked(present, from, ask);
      case TransferPage page -> transfers.received(from, page);
      case ReleaseAsk ask -> antiEntropy.asked(present, from, ask);
      case ReleaseAnswer answer -> antiEntropy.answered(from, answer);
    }
  }

  /** There are other owners than before, with the new peers in place. */
  void ringChanged() {
    var present = peers.get();
    if (present != null) {
      payer.ringChanged();
      former.ringChanged(present);
      if (former.count(present) > 0) {
        eras.owes(eras.current()); // what is left here is as old as that, and nobody else's
      }
      antiEntropy.ringChanged(present);
      reaper.ringChanged();
      transfers.ringChanged();
      if (present.isFilling()) {
        eras.owes(eras.unsettled());
      }
    }
  }

  /**
   * Nothing is settled before all that is kept here for others has been seen. Nor is it while this
   * node is yet to get what it is to own: it takes states there that nothing on its disk covers,
   * none that is as old as what it has settled, and so none that may hide what others forget.
   */
  private boolean mayStrikeOut() {
    var present = peers.get();
    return antiEntropy.hasSeenAll() && present != null && !present.isFilling();
  }

  /** Whether this node, which leaves the cluster, keeps nothing any more that others need. */
  boolean isDrained() {
    return transfers.isDrained();
  }

  TransferFigures transfers() {
    return transfers.figures(antiEntropy.formerPartitions(), antiEntropy.released());
  }

  void repairNow() {
    antiEntropy.repairNow();
  }

  void repair(Peers peers, Key key, long deadlineMillis, Consumer<Outcome> answer) {
    antiEntropy.repair(peers, key, deadlineMillis, answer);
  }

  long provenMillisAgo(Peers present, Key key) {
    return antiEntropy.provenMillisAgo(present, key);
  }

  AntiEntropyFigures antiEntropy() {
    return antiEntropy.figures();
  }

  Reaper reaper() {
    return reaper;
  }

  DebtLedger debts() {
    return ledger;
  }

  int losers() {
    return losers.size();
  }

  long debtsPaid() {
    return payer.paid();
  }

  private void countLosers(Bytes from) {
    scanner.scan(
        Table.LOSERS,
        from,
        null,
        PAGE_ENTRIES,
        PAGE_BYTES,
        result -> {
          switch (result) {
            case Scanned.Failed _ ->
                schedule.at(schedule.monotonicMillis() + RETRY_MILLIS, _ -> countLosers(from), 0);
            case Scanned.Page page -> {
              page.entries().forEach(this::countLoser);
              var next = page.next();
              if (next != null) {
                countLosers(next);
              }
            }
          }
        });
  }

  private void countLoser(Scanned.Entry entry) {
    try {
      long number = new ByteReader(entry.storageKey().array()).i64();
      losers.found(number, entry.value().length());
    } catch (MalformedException e) {
      // Not a place in the log: left alone.
    }
  }
}
