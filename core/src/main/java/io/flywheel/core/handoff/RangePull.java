package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.TransferAsk;
import io.flywheel.core.message.Message.TransferPage;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Merger;
import io.flywheel.core.version.SiblingsCodec;
import org.jspecify.annotations.Nullable;

/**
 * Brings one range of a partition here from one source, a page at a time: the next page is asked
 * for when all records of this one are merged and on disk, so that nothing piles up here, and what
 * was asked for last says how far it has come. A page that cannot be taken whole is asked for
 * again; merging a record twice changes nothing.
 */
final class RangePull {
  private static final int PAGE_BYTES = 256 << 10;

  private static final long PATIENCE_MILLIS = 5_000;
  private static final long BUSY_MILLIS = 200;
  private static final long RETRY_MILLIS = 500;
  private static final int MOST_TROUBLES = 6;

  /** Whoever wants the range. */
  interface Listener {
    /** The number of the next question. */
    long nextRequest();

    void received(long bytes);

    /** The source has lost something of the range. */
    void damaged();

    /** {@code complete}: everything of it is on disk here; else the source does not do. */
    void over(boolean complete);
  }

  private final TransferEquipment with;
  private final BackgroundBudget.Share budget;
  private final Peers peers;
  private final NodeId source;
  private final long epoch;
  private final int partition;
  private final Bytes to;
  private final Listener listener;
  private Bytes from;

  /** The question under way; 0 for none. */
  private long asked;

  private int awaited;
  private @Nullable PutStatus failure;
  private int troubles;
  private boolean stopped;

  /** {@code to}: empty for the end of the ring. */
  RangePull(
      TransferEquipment equipment,
      BackgroundBudget.Share budget,
      Peers peers,
      NodeId source,
      long epoch,
      int partition,
      Bytes from,
      Bytes to,
      Listener listener) {
    this.with = equipment;
    this.budget = budget;
    this.peers = peers;
    this.source = source;
    this.epoch = epoch;
    this.partition = partition;
    this.from = from;
    this.to = to;
    this.listener = listener;
  }

  /** Everything before it is here. */
  Bytes position() {
    return from;
  }

  /** Nothing is asked for any more, and nobody told. */
  void stop() {
    stopped = true;
  }

  void ask() {
    if (stopped) {
      return;
    }
    long pause = budget.millisUntilAny();
    if (pause > 0 || with.replica().isBusy() || with.replica().isFull()) {
      with.later(Math.max(pause, 1 + BUSY_MILLIS / 4), this::ask);
      return;
    }
    asked = listener.nextRequest();
    peers.send(source, new TransferAsk(asked, epoch, partition, from, to, PAGE_BYTES));
    with.schedule().at(with.now() + PATIENCE_MILLIS, this::expire, asked);
  }

  private void expire(long request) {
    if (asked == request && !stopped) {
      asked = 0;
      trouble();
    }
  }

  void received(NodeId sender, TransferPage page) {
    if (stopped || asked == 0 || page.request() != asked || !sender.equals(source)) {
      return;
    }
    asked = 0;
    switch (page.status()) {
      case SERVED -> take(page);
      case NOT_YET, BUSY -> {
        if (peers.isAlive(source, with.now())) {
          with.later(BUSY_MILLIS, this::ask);
        } else {
          trouble();
        }
      }
      case UNREADABLE, NOT_AN_OWNER -> trouble();
    }
  }

  /** Asks again after a while, or gives the source up. */
  private void trouble() {
    if (++troubles > MOST_TROUBLES || !peers.isAlive(source, with.now())) {
      end(false);
    } else {
      with.later(RETRY_MILLIS, this::ask);
    }
  }

  private void take(TransferPage page) {
    if (!page.isIntact() || page.keys().size() != page.records().size()) {
      trouble();
      return;
    }
    long bytes = 0;
    failure = null;
    awaited = 1;
    for (int i = 0; i < page.keys().size(); i++) {
      bytes += page.records().get(i).length();
      merge(page.keys().get(i), page.records().get(i), page);
    }
    budget.spend(with.cost(bytes));
    listener.received(bytes);
    if (!page.whole()) {
      listener.damaged();
    }
    arrived(page);
  }

  private void merge(Key key, Bytes record, TransferPage page) {
    if (with.inForce().get().namespace(key.namespace()) == null) {
      failure = PutStatus.STALE_RING; // this node is about to hear of the namespace
      return;
    }
    try {
      var siblings = SiblingsCodec.decode(key, record);
      awaited++;
      with.replica().merge(key, siblings, page.era(), null, new Arrival(page));
    } catch (MalformedException e) {
      failure = PutStatus.DAMAGED;
    }
  }

  private void arrived(TransferPage page) {
    if (--awaited > 0 || stopped) {
      return;
    }
    var why = failure;
    if (why == PutStatus.NOT_A_REPLICA) {
      end(false);
    } else if (why == PutStatus.DAMAGED) {
      trouble();
    } else if (why != null && !(why == PutStatus.UNREADABLE && ++troubles > MOST_TROUBLES)) {
      with.later(
          RETRY_MILLIS,
          this::ask); // its era has closed, its namespace is not known yet, or this disk is full or
      // unreadable
    } else {
      // A record that has rotted here meanwhile is put right when all of its owners can be asked.
      troubles = 0;
      from = page.next();
      if (from.isEmpty()) {
        end(true);
      } else {
        ask();
      }
    }
  }

  private void end(boolean complete) {
    if (!stopped) {
      stopped = true;
      listener.over(complete);
    }
  }

  /** One record of a page on its way to the disk. */
  private final class Arrival implements Merger {
    private final TransferPage page;

    private Arrival(TransferPage page) {
      this.page = page;
    }

    @Override
    public boolean isPatient() {
      return true;
    }

    @Override
    public void durable() {
      arrived(page);
    }

    @Override
    public void failed(PutStatus why) {
      failure = why;
      arrived(page);
    }
  }
}
