package io.flywheel.core.node;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.Decided;
import io.flywheel.core.message.Message.RingAsk;
import io.flywheel.core.message.Message.RingNews;
import io.flywheel.core.model.NodeId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that nobody stays behind: every message names its sender's epoch, so whoever is behind
 * is told, and whoever is ahead is asked. A step is told by its entry, more by the whole cluster.
 */
final class RingTidings {
  /** The least time between two of the same kind to the same node. */
  private static final long REPEAT_MILLIS = 500;

  private final RingDesk.Place place;
  private final Eras eras;
  private final Schedule schedule;
  private final TreeMap<NodeId, Long> told = new TreeMap<>();
  private final TreeMap<NodeId, Long> asked = new TreeMap<>();
  private @Nullable Decided last;

  RingTidings(RingDesk.Place place, Eras eras, Schedule schedule) {
    this.place = place;
    this.eras = eras;
    this.schedule = schedule;
  }

  void decided(Decided entry) {
    last = entry;
  }

  /** A message of this node's cluster names its sender's epoch. */
  void seen(NodeId from, long epoch) {
    var present = place.cluster();
    if (present != null && present.lost().contains(from)) {
      bringUp(from, 0); // whatever it has decided meanwhile nobody follows
    } else if (present != null && epoch > present.epoch()) {
      ask(from);
    } else if (present != null && epoch < present.epoch()) {
      bringUp(from, epoch);
    }
  }

  /** Of what was decided last; that may be on its way to the disk, or not even be worked out. */
  long decidedEpoch() {
    return last == null ? 0 : last.epoch();
  }

  /** One that has no cluster yet gets it too: as a member, or to see what it may join. */
  void asked(NodeId from, long epoch) {
    var present = place.cluster();
    if (present != null && present.epoch() > epoch) {
      bringUp(from, epoch);
    }
  }

  /** Not while what this node has heard of is still on its way: that is the next epoch at least. */
  void ask(NodeId member) {
    var present = place.cluster();
    if (present != null && decidedEpoch() <= present.epoch() && mayRepeat(asked, member)) {
      place.send(member, new RingAsk(present.epoch()));
    }
  }

  void bringUp(NodeId member, long epoch) {
    var present = place.cluster();
    if (present == null || !mayRepeat(told, member)) {
      return;
    }
    var entry = last;
    if (entry != null && entry.epoch() == present.epoch() && epoch + 1 == entry.epoch()) {
      place.send(member, entry);
    } else {
      welcome(member);
    }
  }

  /** All that a newcomer, or somebody who was away, has to know. */
  void welcome(NodeId member) {
    var present = place.cluster();
    if (present != null) {
      place.send(member, new RingNews(present, eras.current(), eras.closed()));
    }
  }

  private boolean mayRepeat(Map<NodeId, Long> since, NodeId member) {
    long now = schedule.monotonicMillis();
    var before = since.get(member);
    if (before != null && now - before < REPEAT_MILLIS) {
      return false;
    }
    since.put(member, now);
    return true;
  }
}
