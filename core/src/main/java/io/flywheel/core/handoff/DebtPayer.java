package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.replica.Records;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pays debts (Dynamo 4.6, hinted handoff): brings what this node keeps for absent owners to them
 * when they are back. Paying is merging there, so it never replaces anything newer; a debt is
 * struck out when the owner has said that it is on disk, for the state that was delivered and no
 * other.
 *
 * <p>It walks over those partitions in which an owner that lives waits for something, a page of
 * debts at a time. How much is under way at a time ({@link PaymentWindow}), and in a second, has a
 * bound, and an owner that says it is overloaded is left alone for a while: hints that have piled
 * up for hours must not bring down whom they are for. Losing what is in memory here loses nothing;
 * the debts are on disk.
 */
public final class DebtPayer {
  private static final long ROUND_MILLIS = 500;
  private static final long PATIENCE_MILLIS = 5_000;
  private static final long LEAVE_ALONE_MILLIS = 2_000;
  private static final int PAGE_BYTES = 256 << 10;
  private static final long MAX_BYTES_UNDER_WAY = 4L << 20;
  private static final long BYTES_PER_SECOND = 16L << 20;

  /** What a payment costs beside its bytes. */
  private static final long OVERHEAD_BYTES = 512;

  private final Scanner scanner;
  private final Schedule schedule;
  private final LocalReplica replica;
  private final Records records;
  private final DebtLedger ledger;
  private final DebtCount count;
  private final ClusterSettings settings;
  private final Supplier<@Nullable Peers> peers;
  private final BackgroundBudget.Share budget;
  private final PaymentWindow window;
  private final Map<Long, Payment> underWay = new HashMap<>();
  private final Deliveries deliveries;
  private final TreeSet<Key> keysUnderWay = new TreeSet<>();
  private final TreeMap<NodeId, Long> leftAloneUntil = new TreeMap<>();
  private long lastRequest;
  private long bytesUnderWay;
  private int partition = -1;
  private @Nullable Bytes next;
  private boolean scanning;
  private long paid;

  /** {@code firstRequest}: away from those of puts, whose answers look the same. */
  public DebtPayer(
      Scanner scanner,
      Schedule schedule,
      LocalReplica replica,
      Records records,
      DebtLedger ledger,
      Eras eras,
      ClusterSettings settings,
      Supplier<@Nullable Peers> peers,
      BackgroundBudget background,
      long firstRequest) {
    this.scanner = scanner;
    this.schedule = schedule;
    this.replica = replica;
    this.records = records;
    this.ledger = ledger;
    this.settings = settings;
    this.peers = peers;
    this.lastRequest = firstRequest;
    count = new DebtCount(scanner, schedule, records, ledger, eras, settings.partitions());
    deliveries = new Deliveries(settings.partitions());
    window = PaymentWindow.among(peers);
    budget = background.share(BYTES_PER_SECOND);
  }

  /** Records that owners have confirmed since the start. */
  public long paid() {
    return paid;
  }

  /** Counts what earlier lives owe, and begins to pay. */
  public void start() {
    count.start(this::round);
  }

  private void round() {
    advance();
    schedule.at(schedule.monotonicMillis() + ROUND_MILLIS, _ -> round(), 0);
  }

  /** Reads the next page, where there is anything to pay and room to. */
  private void advance() {
    long now = schedule.monotonicMillis();
    if (scanning
        || peers.get() == null
        || underWay.size() > window.size(now) / 2
        || bytesUnderWay > MAX_BYTES_UNDER_WAY / 2
        || budget.pieces(OVERHEAD_BYTES) == 0) {
      return;
    }
    if (next == null && !nextPartition(now)) {
      return;
    }
    var whole = new Slice(partition, 1, 0);
    var from = next != null ? next : StorageKey.at(whole.startHash(settings.partitions()));
    int room = Math.min(window.size(now) - underWay.size(), budget.pieces(OVERHEAD_BYTES));
    scanning = true;
    scanner.scan(Table.DEBTS, from, null, room, PAGE_BYTES, this::read);
  }

  /** Goes on to the next partition in which somebody who lives waits for something. */
  private boolean nextPartition(long now) {
    var payable = payable(now);
    if (payable.isEmpty()) {
      return false;
    }
    var following = payable.higher(partition);
    partition = following != null ? following : payable.first();
    return true;
  }

  /** Partitions in which somebody waits who can be paid. */
  private NavigableSet<Integer> payable(long now) {
    var payable = new TreeSet<Integer>();
    for (NodeId owner : ledger.waitingByOwner().keySet()) {
      boolean lives = isPayable(owner, now);
      for (var owed : ledger.owedTo(owner).entrySet()) {
        int index = owed.getKey();
        boolean open = owed.getValue() > delivered(owner, index);
        if (lives || (open && loses(owner, index))) {
          payable.add(index);
        }
      }
    }
    return payable;
  }

  /** Others own the partition in its place, or will: they are paid even if it is dead. */
  private boolean loses(NodeId owner, int index) {
    var present = peers.get();
    return present != null && Creditors.loses(present, owner, new Partition(index));
  }

  /** How many records this owner is owed are with those who take its place, or cannot be. */
  int delivered(NodeId owner, int index) {
    return deliveries.count(owner, index);
  }

  /** There are other owners than before. */
  public void ringChanged() {
    deliveries.forget();
  }

  private boolean isPayable(NodeId owner, long now) {
    var present = peers.get();
    return present != null
        && (present.mayAnswer(owner, now) || !present.isMember(owner))
        && leftAloneUntil.getOrDefault(owner, now) <= now;
  }

  private void read(Scanned result) {
    scanning = false;
    switch (result) {
      case Scanned.Failed _ -> next = null;
      case Scanned.Page page -> {
        boolean any = false;
        long bytes = 0;
        var following = page.next();
        for (Scanned.Entry entry : page.entries()) {
          if (bytes > MAX_BYTES_UNDER_WAY) {
            following = entry.storageKey();
            break;
          }
          if (pay(entry)) {
            any = true;
            bytes += owedBytes(entry);
          }
        }
        // Where nobody can be paid for a whole page, it goes on where somebody can.
        boolean goOn = any || payable(schedule.monotonicMillis()).contains(partition);
        next = goOn ? following : null;
        if (following == null) {
          partition = -1;
        }
      }
    }
  }

  private long owedBytes(Scanned.Entry entry) {
    var key = entry.key();
    return key == null ? 0 : records.debts(key, entry.value()).bytes();
  }

  /** Whether somebody waits for it who can be paid. */
  private boolean pay(Scanned.Entry entry) {
    var key = entry.key();
    var present = peers.get();
    if (key == null || present == null) {
      return false;
    }
    partition = Partition.of(key, settings.partitions()).index();
    if (keysUnderWay.contains(key)) {
      return false;
    }
    long now = schedule.monotonicMillis();
    var payable = new ArrayList<NodeId>();
    for (NodeId owner : records.debts(key, entry.value()).owners()) {
      boolean passes = loses(owner, partition) && !deliveries.contains(owner, key);
      if (isPayable(owner, now) || passes) {
        payable.add(owner);
      }
    }
    if (payable.isEmpty()) {
      return false;
    }
    keysUnderWay.add(key);
    budget.spend(OVERHEAD_BYTES);
    var payment = new Payment(++lastRequest, key, payable);
    underWay.put(payment.request, payment);
    schedule.at(now + PATIENCE_MILLIS, this::expire, payment.request);
    replica.readCurrentWithDebts(key, payment);
    return true;
  }

  public void replied(NodeId from, ReplicaPutReply reply) {
    var payment = underWay.get(reply.request());
    if (payment != null) {
      payment.replied(from, reply.status());
    }
  }

  private void expire(long request) {
    var payment = underWay.get(request);
    if (payment != null) {
      payment.end();
    }
  }

  /** One key on its way to those who wait for it. */
  private final class Payment implements Reader {
    private final long request;
    private final Key key;
    private final List<NodeId> creditors;
    private final TreeMap<NodeId, List<NodeId>> awaited = new TreeMap<>();
    private final TreeMap<NodeId, List<NodeId>> heirs = new TreeMap<>();
    private final List<NodeId> satisfied = new ArrayList<>(1);
    private int unanswered;
    private boolean refused;
    private long debtsVersion;
    private long bytes;
    private long sentMillis;

    private Payment(long request, Key key, List<NodeId> creditors) {
      this.request = request;
      this.key = key;
      this.creditors = creditors;
    }

    @Override
    public void read(Held held) {
      var present = peers.get(); // as the ring is now, which may have changed meanwhile
      if (!underWay.containsKey(request) || present == null) {
        return;
      }
      if (held.era() == Eras.NEVER) {
        putAside(); // its debts are gone by now
        return;
      }
      debtsVersion = held.debtsVersion();
      if (held.siblings().isEmpty()) {
        // Reaped, and with that proven to be of no use to anybody.
        satisfied.addAll(creditors);
        end();
        return;
      }
      var record = SiblingsCodec.encode(key, held.siblings());
      bytes = record.length() + OVERHEAD_BYTES;
      bytesUnderWay += bytes;
      budget.spend((long) record.length() * creditors.size());
      sentMillis = schedule.monotonicMillis();
      for (NodeId creditor : creditors) {
        var owners = Creditors.of(present, key, creditor, sentMillis);
        awaited.put(creditor, owners);
        heirs.put(creditor, Creditors.heirs(present, key, creditor, sentMillis));
        for (NodeId owner : owners) {
          unanswered += present.mayAnswer(owner, sentMillis) ? 1 : 0;
          present.send(owner, new ReplicaPut(request, key, held.era(), null, record));
        }
        if (owners.isEmpty() && present.isOwn(key)) {
          satisfied.add(creditor); // this node is the only owner; where there is none it is kept
        }
      }
      endIfDone();
    }

    /**
     * Asked for again only after a while, or a record that stays damaged would be read for ever.
     */
    @Override
    public void unreadable() {
      creditors.forEach(creditor -> deliveries.add(creditor, key));
      putAside();
    }

    private void putAside() {
      if (underWay.remove(request) != null) {
        bytesUnderWay -= bytes;
        long later = schedule.monotonicMillis() + LEAVE_ALONE_MILLIS;
        schedule.at(later, _ -> keysUnderWay.remove(key), 0);
      }
    }

    private void replied(NodeId from, PutStatus status) {
      long now = schedule.monotonicMillis();
      if (status.isStored() || isTooOld(from, status)) {
        window.confirmed(from, sentMillis, now);
        awaited.forEach(
            (creditor, owners) -> {
              if (owners.remove(from) && owners.isEmpty()) {
                satisfied.add(creditor);
              }
            });
        heirs.forEach(
            (creditor, owners) -> {
              if (owners.remove(from) && owners.isEmpty()) {
                deliveries.add(creditor, key);
              }
            });
      } else {
        // What it cannot read concerns this key alone: what else it is owed must not wait for it.
        if (status != PutStatus.UNREADABLE) {
          leftAloneUntil.put(from, now + LEAVE_ALONE_MILLIS);
        }
        refused = true;
      }
      unanswered--;
      endIfDone();
    }

    private boolean isTooOld(NodeId from, PutStatus status) {
      var present = peers.get();
      return status == PutStatus.STALE_ERA
          && present != null
          && Creditors.canDoWithout(present, from, key, creditors);
    }

    private void endIfDone() {
      if (satisfied.size() == creditors.size() || unanswered <= 0) {
        end();
      }
    }

    private void end() {
      if (underWay.containsKey(request)) {
        if (!satisfied.isEmpty()) {
          paid += satisfied.size();
          satisfied.forEach(creditor -> deliveries.remove(creditor, key));
          replica.settle(key, debtsVersion, satisfied);
        }
        if (refused || satisfied.size() < creditors.size()) {
          putAside();
        } else {
          underWay.remove(request);
          keysUnderWay.remove(key);
          bytesUnderWay -= bytes;
        }
        advance();
      }
    }
  }
}
