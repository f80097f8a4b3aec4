package io.flywheel.core.membership;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.AboutRing;
import io.flywheel.core.message.Message.Accept;
import io.flywheel.core.message.Message.Accepted;
import io.flywheel.core.message.Message.Prepare;
import io.flywheel.core.message.Message.Promise;
import io.flywheel.core.message.Message.Refusal;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the ring is and who is a member is a log with one entry for each epoch. Each entry is
 * decided by a majority of the members of the ring before it, so that the two sides of a cut never
 * both change the ring; and 'undo' and 'done' compete for the same place, so that a late plan is
 * never carried out over a newer one. Puts and gets do not need it.
 *
 * <p>Each entry is an instance of single-decree Paxos by itself (Lamport, 'Paxos Made Simple',
 * 2001). A proposer asks all voters to promise that they will accept nothing of an older ballot.
 * With the promises of a majority it knows what may have been decided: if any of them has accepted
 * an entry, the one of the newest ballot; else nothing was, and it may propose its own. It asks all
 * to accept that; what a majority has accepted in one ballot is decided for good, because every
 * later majority contains one who tells of it. Anybody may propose at any time, and whoever comes
 * after a crash in the middle finishes what was begun.
 *
 * <p>The voters for an entry are the members of the ring of the epoch before. A member votes only
 * on the entry after its own epoch: who is behind learns first what was decided, and who is ahead
 * says so. Cost: two round trips and two syncs at each voter, for a handful of entries in each
 * change of the ring.
 *
 * <p>Where half of the voters are destroyed there is no majority any more. So one entry, that
 * members are lost, is decided by all others together, be they a majority or not, and has them vote
 * no more. Of whatever a majority has decided before, one of them knows, unless those who are lost
 * were a majority by themselves; what these alone knew nobody acts on who is left. It takes the
 * word of an operator that they will never vote again, and none of the others may see them alive.
 */
public final class RingLog {
  /** Whose log it is. */
  public interface Owner extends Mail {
    /** Keeps this among the metadata; for certain, before anything is said of it. */
    void store(Bytes storageKey, Bytes value, Runnable whenDurable);

    /** This entry begins that epoch. */
    void decided(long epoch, LogEntry entry);

    /** Whether this member is not known to be gone. */
    boolean mayLive(NodeId member);

    /** This member speaks of an epoch that was begun long ago. */
    void isBehind(NodeId member);

    /** This member knows of a later epoch. */
    void isAhead(NodeId member);
  }

  private final Owner owner;
  private final RingAcceptor acceptor;
  private final RingProposer proposer;
  private @Nullable Cluster cluster;

  /**
   * @param stored what an earlier life has kept under {@code StorageKey.RING_VOTE}
   */
  public RingLog(
      NodeId self, long startId, @Nullable Bytes stored, Schedule schedule, Owner mailAndDisk)
      throws MalformedException {
    owner = new WithoutDetours(self, mailAndDisk);
    acceptor = new RingAcceptor(owner, stored);
    proposer = new RingProposer(self, startId, schedule, new SplittableRandom(startId), owner);
  }

  /** The node acts on this cluster, which is on its disk. */
  public void became(Cluster present) {
    cluster = present;
    acceptor.next(present.epoch() + 1);
    proposer.over(present.epoch());
  }

  /** Whether this node is trying to have an entry decided. */
  public boolean isBusy() {
    return proposer.isBusy();
  }

  /** Tries to have this entry decided next; false when another one is being tried. */
  public boolean propose(LogEntry entry, long untilMillis) {
    var present = cluster;
    if (present == null) {
      return false;
    }
    var lost = lostBy(entry);
    var voters = lost.isEmpty() ? present.voters() : present.survivors(lost);
    return proposer.propose(present, voters, lost, entry, untilMillis);
  }

  /** A message about ballots. */
  public void received(NodeId from, AboutRing message) {
    switch (message) {
      case Prepare prepare -> {
        if (isNext(from, prepare.epoch()) && areGone(prepare.lost())) {
          acceptor.asked(from, prepare);
        }
      }
      case Accept accept -> {
        if (isNext(from, accept.epoch()) && mayAccept(accept.vote().entry())) {
          acceptor.asked(from, accept);
        }
      }
      case Promise promise -> proposer.answered(from, promise);
      case Accepted accepted -> proposer.answered(from, accepted);
      case Refusal refusal -> proposer.answered(from, refusal);
      default -> throw new IllegalArgumentException("not about ballots: " + message);
    }
  }

  private boolean isNext(NodeId from, long epoch) {
    var present = cluster;
    if (present == null) {
      return false;
    }
    if (epoch <= present.epoch()) {
      owner.isBehind(from);
    } else if (epoch > present.epoch() + 1) {
      owner.isAhead(from);
    }
    return epoch == present.epoch() + 1;
  }

  /**
   * What no proposer in its right mind proposes is not accepted. What this member has accepted
   * before may have been decided, so it is accepted again, though somebody who was to be lost may
   * live after all: or nothing would ever be decided any more.
   */
  private boolean mayAccept(LogEntry entry) {
    return cluster != null
        && cluster.objection(entry).isEmpty()
        && (areGone(lostBy(entry)) || acceptor.hasAccepted(entry));
  }

  private static List<NodeId> lostBy(LogEntry entry) {
    return entry instanceof LogEntry.Lost(var nodes, _) ? nodes : List.of();
  }

  /** Nobody is lost whom anybody sees alive: one who lives might vote with others meanwhile. */
  private boolean areGone(List<NodeId> lost) {
    return lost.stream().noneMatch(owner::mayLive);
  }

  /** What a node says to itself does not go through the network. */
  private final class WithoutDetours implements Owner {
    private final NodeId self;
    private final Owner rest;

    private WithoutDetours(NodeId self, Owner rest) {
      this.self = self;
      this.rest = rest;
    }

    @Override
    public void send(NodeId to, Message message) {
      if (to.equals(self) && message instanceof AboutRing about) {
        received(self, about);
      } else {
        rest.send(to, message);
      }
    }

    @Override
    public void store(Bytes storageKey, Bytes value, Runnable whenDurable) {
      rest.store(storageKey, value, whenDurable);
    }

    @Override
    public void decided(long epoch, LogEntry entry) {
      rest.decided(epoch, entry);
    }

    @Override
    public boolean mayLive(NodeId member) {
      return rest.mayLive(member);
    }

    @Override
    public void isBehind(NodeId member) {
      rest.isBehind(member);
    }

    @Override
    public void isAhead(NodeId member) {
      rest.isAhead(member);
    }
  }
}
