package io.flywheel.core.membership;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.Accept;
import io.flywheel.core.message.Message.Accepted;
import io.flywheel.core.message.Message.Prepare;
import io.flywheel.core.message.Message.Promise;
import io.flywheel.core.message.Message.Refusal;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Ballot;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Vote;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tries to have an entry decided, ballot after ballot. Whoever finds that an entry was accepted
 * already goes on with that one instead of its own. Two that try at once refuse each other; each
 * waits for a random while, longer every time, before it tries again.
 */
final class RingProposer {
  private static final long PATIENCE_MILLIS = 1_000;
  private static final long LEAST_PAUSE_MILLIS = 50;
  private static final int MOST_DOUBLINGS = 5;

  private final NodeId self;
  private final long startId;
  private final Schedule schedule;
  private final SplittableRandom random;
  private final RingLog.Owner owner;
  private long lastRound;
  private @Nullable Attempt attempt;

  /** One entry that this node wishes for, in one epoch. */
  private static final class Attempt {
    private final Cluster before;
    private final long epoch;
    private final List<NodeId> voters;
    private final List<NodeId> lost;
    private final LogEntry wish;
    private final long untilMillis;
    private final TreeSet<NodeId> promised = new TreeSet<>();
    private final TreeSet<NodeId> accepted = new TreeSet<>();
    private Ballot ballot = Ballot.NONE;
    private @Nullable Vote newestVote;
    private @Nullable LogEntry value;
    private boolean refused;
    private int ballots;

    private Attempt(
        Cluster before, List<NodeId> voters, List<NodeId> lost, LogEntry wish, long untilMillis) {
      this.before = before;
      this.epoch = before.epoch() + 1;
      this.voters = voters;
      this.lost = lost;
      this.wish = wish;
      this.untilMillis = untilMillis;
    }

    private boolean decide(Set<NodeId> those) {
      return lost.isEmpty()
          ? 2 * those.size() > voters.size()
          : those.size() == voters.size(); // what has been decided may be known to one of them
    }
  }

  RingProposer(
      NodeId self, long startId, Schedule schedule, SplittableRandom random, RingLog.Owner owner) {
    this.self = self;
    this.startId = startId;
    this.schedule = schedule;
    this.random = random;
    this.owner = owner;
  }

  boolean isBusy() {
    return attempt != null;
  }

  /**
   * Whether there is nothing else that is being tried.
   *
   * @param lost members that are lost by it: then all voters have to agree, else a majority
   */
  boolean propose(
      Cluster before, List<NodeId> voters, List<NodeId> lost, LogEntry wish, long untilMillis) {
    if (attempt != null) {
      return false;
    }
    attempt = new Attempt(before, voters, lost, wish, untilMillis);
    prepare(attempt);
    return true;
  }

  /** What was to be decided is decided. */
  void over(long epoch) {
    if (attempt != null && attempt.epoch <= epoch) {
      attempt = null;
    }
  }

  private void prepare(Attempt present) {
    long round = ++lastRound;
    present.ballot = new Ballot(round, self, startId);
    present.ballots++;
    present.promised.clear();
    present.accepted.clear();
    present.newestVote = null;
    present.value = null;
    present.refused = false;
    retryIn(PATIENCE_MILLIS + random.nextLong(PATIENCE_MILLIS / 2), present);
    var prepare = new Prepare(present.epoch, present.ballot, present.lost);
    present.voters.forEach(voter -> owner.send(voter, prepare));
  }

  private void retryIn(long millis, Attempt present) {
    schedule.at(
        schedule.monotonicMillis() + millis,
        round -> retry(present, round),
        present.ballot.round());
  }

  private void retry(Attempt present, long round) {
    if (present != attempt || present.ballot.round() != round) {
      return;
    }
    if (schedule.monotonicMillis() >= present.untilMillis) {
      attempt = null;
    } else {
      prepare(present);
    }
  }

  void answered(NodeId from, Promise promise) {
    var present = concerned(from, promise.epoch(), promise.ballot());
    if (present == null || present.value != null) {
      return;
    }
    present.promised.add(from);
    var vote = promise.vote();
    var newest = present.newestVote;
    if (vote != null && (newest == null || vote.ballot().compareTo(newest.ballot()) > 0)) {
      present.newestVote = vote;
    }
    if (present.decide(present.promised)) {
      var found = present.newestVote;
      var value =
          found == null ? present.wish : present.before.reconciled(present.wish, found.entry());
      present.value = value;
      var accept = new Accept(present.epoch, new Vote(present.ballot, value));
      present.voters.forEach(voter -> owner.send(voter, accept));
    }
  }

  void answered(NodeId from, Accepted accepted) {
    var present = concerned(from, accepted.epoch(), accepted.ballot());
    var value = present == null ? null : present.value;
    if (present == null || value == null) {
      return;
    }
    present.accepted.add(from);
    if (present.decide(present.accepted)) {
      attempt = null;
      owner.decided(present.epoch, value);
    }
  }

  void answered(NodeId from, Refusal refusal) {
    lastRound = Math.max(lastRound, refusal.promised().round());
    var present = concerned(from, refusal.epoch(), refusal.ballot());
    if (present != null && !present.refused) {
      present.refused = true;
      long most = LEAST_PAUSE_MILLIS << Math.min(present.ballots, MOST_DOUBLINGS);
      retryIn(LEAST_PAUSE_MILLIS + random.nextLong(most), present);
    }
  }

  private @Nullable Attempt concerned(NodeId from, long epoch, Ballot ballot) {
    var present = attempt;
    return present != null
            && present.epoch == epoch
            && present.ballot.equals(ballot)
            && present.voters.contains(from)
        ? present
        : null;
  }
}
