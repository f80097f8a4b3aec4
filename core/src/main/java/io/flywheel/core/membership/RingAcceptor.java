package io.flywheel.core.membership;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.Message.Accept;
import io.flywheel.core.message.Message.Accepted;
import io.flywheel.core.message.Message.Prepare;
import io.flywheel.core.message.Message.Promise;
import io.flywheel.core.message.Message.Refusal;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Ballot;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Vote;
import org.jspecify.annotations.Nullable;

/**
 * How a member votes on the next entry of the ring log. What it promises and accepts is on its disk
 * before anybody hears of it: a majority of those who remember is all that keeps two entries from
 * being decided for one epoch. What it said of older epochs it may forget, as it says nothing of
 * them any more.
 */
final class RingAcceptor {
  private final RingLog.Owner owner;
  private long epoch;
  private Ballot promised = Ballot.NONE;
  private @Nullable Vote vote;

  /**
   * @param stored what an earlier life has kept; null for nothing
   */
  RingAcceptor(RingLog.Owner owner, @Nullable Bytes stored) throws MalformedException {
    this.owner = owner;
    if (stored != null) {
      var in = new ByteReader(stored.array());
      epoch = in.varint();
      promised = Ballot.read(in);
      vote = in.bool() ? Vote.read(in) : null;
      in.verifyChecksumFrom(0);
      in.end();
    }
  }

  /** This is the epoch that is to be begun next. */
  void next(long nextEpoch) {
    if (nextEpoch > epoch) {
      epoch = nextEpoch;
      promised = Ballot.NONE;
      vote = null;
    }
  }

  boolean hasAccepted(LogEntry entry) {
    return vote != null && vote.entry().equals(entry);
  }

  void asked(NodeId from, Prepare prepare) {
    if (prepare.ballot().compareTo(promised) > 0) {
      promised = prepare.ballot();
      var answer = new Promise(epoch, promised, vote);
      keep(() -> owner.send(from, answer));
    } else if (!prepare.ballot().equals(promised)) {
      owner.send(from, new Refusal(epoch, prepare.ballot(), promised));
    }
  }

  void asked(NodeId from, Accept accept) {
    var ballot = accept.vote().ballot();
    if (ballot.compareTo(promised) >= 0) {
      promised = ballot;
      vote = accept.vote();
      var answer = new Accepted(epoch, ballot);
      keep(() -> owner.send(from, answer));
    } else {
      owner.send(from, new Refusal(epoch, ballot, promised));
    }
  }

  private void keep(Runnable whenDurable) {
    var out = new ByteWriter();
    out.varint(epoch);
    promised.write(out);
    out.bool(vote != null);
    if (vote != null) {
      vote.write(out);
    }
    owner.store(StorageKey.RING_VOTE, out.checksumFrom(0).toBytes(), whenDurable);
  }
}
