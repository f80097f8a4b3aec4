package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.Message.TransferPage;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Slice;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings one partition here. First all of it is pulled from one source; then what is on the disk
 * here is compared with what each source has, by sums, and the slices that differ are pulled from
 * that source as well. So a partition of which there is no single good copy is merged at the cost
 * of one copy and the differences; a source that dies in the middle is made up for by the
 * comparison with the others; and what arrived is verified in any case. While clients write, sums
 * differ all the time; what differs is pulled once, and that is enough, because new writes come
 * here by themselves. Who owns the partition already, and is to get what others have who give it
 * up, only compares. A source that has handed out nothing yet is first asked for nothing: it
 * answers that only when all that it took before the change is on its disk, and in its sums.
 */
final class PartitionTransfer {
  private static final long RETRY_MILLIS = 500;

  /** Whoever wants the partition. */
  interface Listener {
    long nextRequest();

    void received(NodeId source, long bytes);

    /** Everything that its sources had is on disk here. */
    void arrived(PartitionTransfer transfer);
  }

  private final TransferEquipment with;
  private final BackgroundBudget.Share budget;
  private final Peers peers;
  private final long epoch;
  private final Partition partition;
  private final Comparison comparison;
  private final Listener listener;
  private final Slice whole;

  /** Those that are still to be compared with. */
  private final ArrayDeque<NodeId> unverified = new ArrayDeque<>();

  /** Those that have handed something out, and so have nothing more on its way to their disks. */
  private final TreeSet<NodeId> drained = new TreeSet<>();

  /** Slices that differ from those of {@code source}, and are to be pulled. */
  private final ArrayDeque<Slice> differing = new ArrayDeque<>();

  /** Whether a source has lost something of it: then all others have to make up for that. */
  private boolean lossy;

  private boolean verifyingAll;
  private Bytes position;
  private @Nullable NodeId source;
  private @Nullable RangePull pull;
  private boolean pulled;
  private boolean stopped;
  private long bytes;

  PartitionTransfer(
      TransferEquipment equipment,
      BackgroundBudget.Share budget,
      Peers peers,
      long epoch,
      Partition partition,
      Comparison comparison,
      Listener listener) {
    this.with = equipment;
    this.budget = budget;
    this.peers = peers;
    this.epoch = epoch;
    this.partition = partition;
    this.comparison = comparison;
    this.listener = listener;
    whole = new Slice(partition.index(), 1, 0);
    position = StorageKey.at(whole.startHash(with.settings().partitions()));
  }

  Partition partition() {
    return partition;
  }

  /** From whom it is being pulled, or was; null while nobody does. */
  @Nullable NodeId source() {
    return source;
  }

  /** Bytes of its records that have come. */
  long bytes() {
    return bytes;
  }

  /** About which part of its range has come, from 0 to 1. */
  double share() {
    var at = pull == null || pulled ? position : pull.position();
    int partitions = with.settings().partitions();
    long start = whole.startHash(partitions);
    double width = StrictMath.scalb(1.0, 64) / partitions;
    double offset = (StorageKey.hashOf(at) - start) >>> 1;
    return at.isEmpty() ? 1 : Math.min(1, 2 * offset / width);
  }

  void stop() {
    stopped = true;
    if (pull != null) {
      pull.stop();
    }
  }

  /** Begins, or goes on where it is, with whoever lives now. */
  void start() {
    if (stopped) {
      return;
    }
    var sources = sources();
    if (sources == null) {
      source = null;
      with.later(RETRY_MILLIS, this::start);
    } else if (sources.isEmpty()) {
      listener.arrived(this); // nobody is left who had anything
    } else if (peers.ownership().keeps(peers.self(), partition)) {
      verifyAll();
    } else {
      source = sources.getFirst();
      var end = StorageKey.before(whole.endHash(with.settings().partitions()));
      pull(source, position, end, this::pulled);
    }
  }

  void received(NodeId sender, TransferPage page) {
    if (pull != null) {
      pull.received(sender, page);
    }
  }

  private @Nullable List<NodeId> sources() {
    return TransferSources.of(peers, partition, with.now());
  }

  private void pulled(boolean complete) {
    if (pull != null) {
      position = pull.position();
    }
    pulled = complete;
    if (complete) {
      noteDrained();
      verifyAll();
    } else {
      with.later(RETRY_MILLIS, this::start);
    }
  }

  private void pull(NodeId from, Bytes start, @Nullable Bytes end, Consumer<Boolean> whenOver) {
    pull =
        new RangePull(
            with,
            budget,
            peers,
            from,
            epoch,
            partition.index(),
            start,
            end == null ? Bytes.EMPTY : end,
            new Puller(from, whenOver));
    pull.ask();
  }

  private void verifyAll() {
    if (stopped) {
      return;
    }
    verifyingAll = lossy;
    var sources = lossy ? TransferSources.living(peers, partition, with.now()) : sources();
    unverified.clear();
    if (sources == null) {
      with.later(RETRY_MILLIS, this::verifyAll);
    } else {
      if (lossy && sources.size() == 1 && ownersBefore() > 1) {
        with.report()
            .accept(
                partition
                    + " comes without what "
                    + sources.getFirst()
                    + " cannot read of it: nobody else is left who had it");
      }
      unverified.addAll(sources);
      verifyNext();
    }
  }

  private int ownersBefore() {
    return peers.ownership().ownersBefore(partition).size();
  }

  private void verifyNext() {
    var next = unverified.peek();
    if (next == null) {
      if (lossy && !verifyingAll) {
        verifyAll();
      } else {
        listener.arrived(this);
      }
      return;
    }
    source = next;
    if (!drained.contains(next)) {
      var start = StorageKey.at(whole.startHash(with.settings().partitions()));
      pull(next, start, start, complete -> askedForNothing(complete));
      return;
    }
    comparison.compare(
        peers,
        next,
        partition.index(),
        new Comparison.Listener() {
          @Override
          public void compared(List<Slice> found) {
            if (!stopped) {
              differing.clear();
              differing.addAll(found);
              pullDiffering(next);
            }
          }

          @Override
          public void failed() {
            with.later(RETRY_MILLIS, PartitionTransfer.this::verifyAll);
          }
        });
  }

  private void askedForNothing(boolean complete) {
    if (complete) {
      noteDrained();
      verifyNext();
    } else {
      with.later(RETRY_MILLIS, this::verifyAll);
    }
  }

  private void noteDrained() {
    if (source != null) {
      drained.add(source);
    }
  }

  private void pullDiffering(NodeId from) {
    var slice = differing.peek();
    if (slice == null) {
      unverified.remove();
      verifyNext();
      return;
    }
    int partitions = with.settings().partitions();
    var start = StorageKey.at(slice.startHash(partitions));
    pull(
        from,
        start,
        StorageKey.before(slice.endHash(partitions)),
        complete -> {
          if (complete) {
            differing.remove();
            pullDiffering(from);
          } else {
            differing.clear();
            with.later(RETRY_MILLIS, this::verifyAll);
          }
        });
  }

  /** Hears how pulling goes. */
  private final class Puller implements RangePull.Listener {
    private final NodeId from;
    private final Consumer<Boolean> whenOver;

    private Puller(NodeId from, Consumer<Boolean> whenOver) {
      this.from = from;
      this.whenOver = whenOver;
    }

    @Override
    public long nextRequest() {
      return listener.nextRequest();
    }

    @Override
    public void received(long received) {
      bytes += received;
      listener.received(from, received);
    }

    @Override
    public void damaged() {
      lossy = true;
    }

    @Override
    public void over(boolean complete) {
      whenOver.accept(complete);
    }
  }
}
