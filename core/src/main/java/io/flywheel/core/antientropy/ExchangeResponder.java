package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.message.Message.GroupSums;
import io.flywheel.core.message.Message.SliceKeys;
import io.flywheel.core.message.Message.SliceKeysReply;
import io.flywheel.core.message.Message.TreeSums;
import io.flywheel.core.message.Message.TreeSumsReply;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import java.util.ArrayList;
import java.util.List;

/**
 * The passive side of an {@link Exchange}. A node that has much else to do does not answer, and is
 * asked again another time. Equal sums prove nothing here: the question may be old, and its sender
 * have changed since. Who asked knows when, and that its own sums were those.
 */
final class ExchangeResponder {
  private static final int MAX_SLICES = 4096;
  private static final int MAX_PAGES_UNDER_WAY = 8;

  private final Equipment with;
  private final TreeBuilds builds;
  private int pagesUnderWay;

  ExchangeResponder(Equipment equipment, TreeBuilds builds) {
    this.with = equipment;
    this.builds = builds;
  }

  void compare(Peers peers, NodeId from, TreeSums theirs) {
    if (theirs.slices().size() > MAX_SLICES) {
      return;
    }
    var answers = new ArrayList<Integer>(theirs.slices().size());
    for (int i = 0; i < theirs.slices().size(); i++) {
      var slice = theirs.slices().get(i);
      var own = with.trees().sum(slice);
      var tree = own == null ? null : with.trees().tree(slice.partition());
      if (own == null || tree == null) {
        answers.add(TreeSumsReply.UNKNOWN);
        buildFor(peers, from, slice.partition());
      } else if (own.equals(theirs.sums().get(i))) {
        answers.add(TreeSumsReply.EQUAL);
      } else {
        answers.add(tree.width());
      }
    }
    peers.send(from, new TreeSumsReply(theirs.request(), answers));
  }

  /** Who is to own the partition, or to go on alone, cannot wait until the sweep comes past. */
  private void buildFor(Peers peers, NodeId from, int partition) {
    boolean waits =
        partition < with.trees().partitions()
            && with.trees().tree(partition) == null
            && (peers.ownership().replicationChanges()
                || !peers.ring().owns(from, new Partition(partition)));
    if (waits) {
      builds.build(partition, _ -> {});
    }
  }

  /** {@code epoch}: the sender's. By another ring it shares other partitions with this node. */
  void compare(Peers peers, NodeId from, long epoch, GroupSums theirs) {
    if (theirs.groups().size() > MAX_SLICES) {
      return;
    }
    var shared = epoch == peers.epoch() ? with.shared().with(peers, from) : List.<Integer>of();
    var answers = new ArrayList<Integer>(theirs.groups().size());
    for (int i = 0; i < theirs.groups().size(); i++) {
      var group = Exchange.group(shared, theirs.size(), theirs.groups().get(i));
      var own = group.isEmpty() ? null : with.trees().sum(group);
      if (own == null) {
        answers.add(TreeSumsReply.UNKNOWN);
      } else if (own.equals(theirs.sums().get(i))) {
        answers.add(TreeSumsReply.EQUAL);
      } else {
        answers.add(1);
      }
    }
    peers.send(from, new TreeSumsReply(theirs.request(), answers));
  }

  void list(Peers peers, NodeId from, SliceKeys ask) {
    int partitions = with.trees().partitions();
    var slice = ask.slice();
    if (slice.partition() >= partitions
        || !peers.isOwn(new Partition(slice.partition()))
        || pagesUnderWay >= MAX_PAGES_UNDER_WAY
        || with.background().yields()) {
      return;
    }
    long end = slice.endHash(partitions);
    if (!KeyPage.isBefore(ask.fromHash(), end)) {
      return;
    }
    pagesUnderWay++;
    with.scanner()
        .scan(
            Table.DATA,
            StorageKey.at(ask.fromHash()),
            StorageKey.before(end),
            KeyPage.MAX_ENTRIES,
            KeyPage.MAX_BYTES,
            result -> {
              pagesUnderWay--;
              var page =
                  switch (result) {
                    case Scanned.Failed _ -> KeyPage.EMPTY;
                    case Scanned.Page read ->
                        KeyPage.of(read, ask.fromHash(), with.fingerprints(), with.replica());
                  };
              peers.send(
                  from,
                  new SliceKeysReply(
                      ask.request(), page.keys(), page.fingerprints(), page.nextHash()));
            });
  }
}
