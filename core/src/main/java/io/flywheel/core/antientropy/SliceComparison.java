package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.handoff.Comparison;
import io.flywheel.core.message.Message.TreeSums;
import io.flywheel.core.message.Message.TreeSumsReply;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Fingerprint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares one partition with another node's by the sums of slices, from the whole partition down
 * to the finest that both have. This node's tree is built from its disk first; the other's may have
 * to be built as well, so it is asked again while it has none.
 */
final class SliceComparison implements Comparison {
  private static final long PATIENCE_MILLIS = 5_000;
  private static final long AGAIN_MILLIS = 100;
  private static final int MOST_TRIES = 50;
  private static final int MAX_SLICES_AT_ONCE = 1024;

  /** Where more slices differ than that, all of the partition is as good as different. */
  private static final int MOST_DIFFERING = 1024;

  private final Trees trees;
  private final TreeBuilds builds;
  private final Schedule schedule;
  private final Map<Long, Question> underWay = new HashMap<>();
  private long lastRequest;

  SliceComparison(Trees trees, TreeBuilds builds, Schedule schedule, long firstRequest) {
    this.trees = trees;
    this.builds = builds;
    this.schedule = schedule;
    this.lastRequest = firstRequest;
  }

  @Override
  public void compare(Peers peers, NodeId other, int partition, Listener listener) {
    var question = new Question(peers, other, partition, listener);
    builds.build(
        partition,
        built -> {
          if (built) {
            question.ask();
          } else {
            listener.failed();
          }
        });
  }

  void replied(NodeId from, TreeSumsReply reply) {
    var question = underWay.get(reply.request());
    if (question != null && question.other.equals(from)) {
      question.replied(reply);
    }
  }

  private void expire(long request) {
    var question = underWay.remove(request);
    if (question != null) {
      question.listener.failed();
    }
  }

  /** One partition's way down. */
  private final class Question {
    private final Peers peers;
    private final NodeId other;
    private final int partition;
    private final Listener listener;
    private final ArrayDeque<Slice> toCompare = new ArrayDeque<>();
    private final List<Slice> differing = new ArrayList<>();
    private List<Slice> asked = List.of();
    private int tries;

    private Question(Peers peers, NodeId other, int partition, Listener listener) {
      this.peers = peers;
      this.other = other;
      this.partition = partition;
      this.listener = listener;
      toCompare.add(new Slice(partition, 1, 0));
    }

    private void ask() {
      if (toCompare.isEmpty()) {
        listener.compared(differing);
        return;
      }
      if (differing.size() > MOST_DIFFERING) {
        listener.compared(List.of(new Slice(partition, 1, 0)));
        return;
      }
      var slices = new ArrayList<Slice>();
      var sums = new ArrayList<Fingerprint>();
      while (!toCompare.isEmpty() && slices.size() < MAX_SLICES_AT_ONCE) {
        var slice = toCompare.remove();
        var sum = trees.sum(slice);
        if (sum == null) {
          listener.failed();
          return;
        }
        slices.add(slice);
        sums.add(sum);
      }
      asked = slices;
      long request = ++lastRequest;
      underWay.put(request, this);
      peers.send(other, new TreeSums(request, slices, sums));
      schedule.at(
          schedule.monotonicMillis() + PATIENCE_MILLIS, SliceComparison.this::expire, request);
    }

    private void replied(TreeSumsReply reply) {
      underWay.remove(reply.request());
      if (reply.answers().size() != asked.size()) {
        listener.failed();
        return;
      }
      for (int i = 0; i < asked.size(); i++) {
        int answer = reply.answers().get(i);
        if (answer == TreeSumsReply.UNKNOWN) {
          askAgain();
          return;
        }
        if (answer != TreeSumsReply.EQUAL) {
          part(asked.get(i), answer);
        }
      }
      ask();
    }

    /** From the beginning: what it said of other slices may be of another tree. */
    private void askAgain() {
      if (++tries > MOST_TRIES) {
        listener.failed();
        return;
      }
      toCompare.clear();
      differing.clear();
      toCompare.add(new Slice(partition, 1, 0));
      schedule.at(schedule.monotonicMillis() + AGAIN_MILLIS, _ -> ask(), 0);
    }

    private void part(Slice slice, int theirWidth) {
      var tree = trees.tree(partition);
      int finest = tree == null ? 1 : Math.min(theirWidth, tree.width());
      if (slice.width() * MerkleTree.STEP <= finest) {
        for (int part = 0; part < MerkleTree.STEP; part++) {
          toCompare.add(slice.child(MerkleTree.STEP, part));
        }
      } else {
        differing.add(slice);
      }
    }
  }
}
