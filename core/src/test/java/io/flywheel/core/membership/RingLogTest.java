package io.flywheel.core.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.AboutRing;
import io.flywheel.core.message.Message.Accept;
import io.flywheel.core.message.Message.Accepted;
import io.flywheel.core.message.Message.Prepare;
import io.flywheel.core.message.Message.Promise;
import io.flywheel.core.message.Message.Refusal;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Ballot;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingMember;
import io.flywheel.core.ring.Vote;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** One entry of the ring log, and those who vote on it. */
class RingLogTest {
  private record Letter(Voter from, Voter to, AboutRing message) {}

  private final List<Voter> voters = new ArrayList<>();
  private final List<Letter> mail = new ArrayList<>();
  private final List<LogEntry> decided = new ArrayList<>();
  private final TreeSet<NodeId> gone = new TreeSet<>();
  private Cluster cluster;
  private long millis = 1_000;
  private long lives;

  RingLogTest() {
    var members = new ArrayList<Member>();
    var owners = new ArrayList<RingMember>();
    for (int i = 1; i <= 3; i++) {
      var id = new NodeId(i);
      members.add(new Member(id, "node-" + i, "c:" + i, "p:" + i, Zone.DEFAULT, 1));
      owners.add(new RingMember(id, Zone.DEFAULT, 1));
    }
    cluster = Cluster.formed(9, 8, RecordSettings.DEFAULT, members, Placement.form(owners, 8, 2));
    for (Member member : members) {
      voters.add(new Voter(member.id()));
    }
  }

  /** A member with its disk. */
  private final class Voter implements RingLog.Owner {
    private final NodeId id;
    private final TreeMap<Bytes, Bytes> disk = new TreeMap<>();
    private final List<Runnable> syncing = new ArrayList<>();
    private Schedule schedule = new Schedule(new Now(0, 0));
    private RingLog log;

    private Voter(NodeId id) {
      this.id = id;
      log = start();
    }

    private RingLog start() {
      try {
        schedule = new Schedule(new Now(millis, millis));
        var life = new RingLog(id, ++lives, disk.get(StorageKey.RING_VOTE), schedule, this);
        life.became(cluster);
        return life;
      } catch (MalformedException e) {
        throw new IllegalStateException(e);
      }
    }

    /** What is not synced is lost. */
    private void crash() {
      syncing.clear();
      mail.removeIf(letter -> letter.from == this && letter.to == this);
      log = start();
    }

    private void sync() {
      var stores = List.copyOf(syncing);
      syncing.clear();
      stores.forEach(Runnable::run);
    }

    @Override
    public void send(NodeId to, Message message) {
      if (message instanceof AboutRing about) {
        mail.add(new Letter(this, voter(to), about));
      }
    }

    @Override
    public void store(Bytes storageKey, Bytes value, Runnable whenDurable) {
      var life = log;
      syncing.add(
          () -> {
            disk.put(storageKey, value);
            if (life == log) {
              whenDurable.run();
            }
          });
    }

    @Override
    public void decided(long epoch, LogEntry entry) {
      assertEquals(cluster.epoch() + 1, epoch);
      decided.add(entry);
    }

    @Override
    public boolean mayLive(NodeId member) {
      return !gone.contains(member);
    }

    @Override
    public void isBehind(NodeId member) {}

    @Override
    public void isAhead(NodeId member) {}
  }

  @Test
  void ofTwoThatProposeAtOnceOneHasItsWay() {
    voters.get(0).log.propose(reweigh(1), 60_000);
    voters.get(1).log.propose(reweigh(2), 60_000);
    for (int i = 0; i < 200 && decided.isEmpty(); i++) {
      deliver(_ -> true);
      pass(20);
    }
    assertTrue(!decided.isEmpty());
    assertEquals(1, new TreeSet<>(decided.stream().map(LogEntry::toString).toList()).size());
  }

  @Test
  void nothingIsSaidBeforeItIsOnDisk() {
    voters.get(0).log.propose(reweigh(1), 60_000);
    receive(letter -> letter.message instanceof Prepare);
    assertTrue(mail.isEmpty(), "nobody promises yet: " + mail);
    voters.forEach(Voter::sync);
    assertEquals(2, mail.stream().filter(it -> it.message instanceof Promise).count());
  }

  /** What was promised before the crash binds after it. */
  @Test
  void aVoterThatCrashesBetweenPromiseAndAcceptKeepsItsPromise() {
    var one = voters.get(0);
    var two = voters.get(1);
    var newer = new Ballot(9, new NodeId(3), 77);
    two.log.received(new NodeId(3), new Prepare(2, newer, List.of()));
    two.sync();
    two.crash();
    mail.clear();
    var older = new Ballot(8, one.id, 66);
    two.log.received(one.id, new Accept(2, new Vote(older, reweigh(1))));
    two.sync();
    assertEquals(new Refusal(2, older, newer), mail.getLast().message);
  }

  /** And one whose promise was not on disk has not given it: nobody heard of it. */
  @Test
  void aVoterThatCrashesBeforeItsPromiseIsOnDiskIsFree() {
    var two = voters.get(1);
    two.log.received(new NodeId(3), new Prepare(2, new Ballot(9, new NodeId(3), 77), List.of()));
    two.crash();
    assertTrue(mail.isEmpty());
    var older = new Ballot(1, new NodeId(1), 66);
    two.log.received(new NodeId(1), new Prepare(2, older, List.of()));
    two.sync();
    assertEquals(new Promise(2, older, null), mail.getLast().message);
  }

  /**
   * The first voter's entry is on its disk and on the second one's, and nobody has heard of that.
   */
  private Voter acceptedByTwoOfThree() {
    var one = voters.get(0);
    one.log.propose(reweigh(1), 60_000);
    deliver(letter -> letter.message instanceof Prepare || letter.message instanceof Promise);
    receive(letter -> letter.message instanceof Accept && letter.to == voters.get(1));
    one.sync();
    voters.get(1).sync();
    mail.clear();
    return one;
  }

  /** 'Done' was accepted by a majority when its proposer died; 'undo' comes too late. */
  @Test
  void whoComesAfterACrashFinishesWhatMayHaveBeenDecided() {
    var one = acceptedByTwoOfThree();
    one.crash();

    voters.get(2).log.propose(reweigh(3), 60_000);
    for (int i = 0; i < 100 && decided.isEmpty(); i++) {
      deliver(letter -> letter.to != one && letter.from != one);
      pass(20);
    }
    assertEquals(List.of(reweigh(1)), decided);
  }

  /** One of three accepted an entry before two were destroyed: that one may have been decided. */
  @Test
  void whoIsLeftGoesOnWithWhatOneOfThemHasAccepted() {
    var one = acceptedByTwoOfThree();
    gone.add(one.id);
    voters.get(2).log.propose(new LogEntry.Lost(List.of(one.id)), 60_000);
    for (int i = 0; i < 100 && decided.isEmpty(); i++) {
      deliver(letter -> letter.to != one && letter.from != one);
      pass(20);
    }
    assertEquals(List.of(reweigh(1)), decided);
  }

  /** Less than a majority does not decide what others may decide otherwise: it jumps, with both. */
  @Test
  void whatMayHaveBeenDecidedComesBeforeTheJump() {
    var one = acceptedByTwoOfThree();
    var lost = List.of(one.id, new NodeId(3));
    gone.addAll(lost);
    voters.get(1).log.propose(new LogEntry.Lost(lost), 60_000);
    for (int i = 0; i < 100 && decided.isEmpty(); i++) {
      deliver(letter -> letter.to == voters.get(1));
      pass(20);
    }
    assertEquals(List.of(new LogEntry.Lost(lost, reweigh(1))), decided);
    var next = cluster.after(decided.getFirst());
    assertEquals(1_000, next.epoch());
    assertEquals(lost, next.lost());
    var open = Objects.requireNonNull(next.transition());
    assertEquals(reweigh(1), new LogEntry.Begin(open.change(), null));
    assertTrue(open.undone(), "it would leave copies to those who are lost");
  }

  /** That one is lost was accepted by all others, who never heard so; and it lives after all. */
  @Test
  void theLossOfWhoLivesAfterAllIsDecidedWhereItMayHaveBeen() {
    var three = voters.get(2);
    var lost = new LogEntry.Lost(List.of(three.id));
    gone.add(three.id);
    voters.get(0).log.propose(lost, 60_000);
    for (int i = 0; i < 100; i++) {
      deliver(letter -> letter.to != three && !(letter.message instanceof Accepted));
      pass(20);
    }
    assertEquals(List.of(), decided);
    gone.clear();
    voters.get(0).crash();
    voters.get(1).crash();
    pass(60_000);
    voters.get(1).log.propose(reweigh(1), 120_000);
    for (int i = 0; i < 100 && decided.isEmpty(); i++) {
      deliver(_ -> true);
      pass(20);
    }
    assertEquals(List.of(lost), decided);
  }

  @Test
  void thatMembersAreLostIsDecidedByAllOthersAndByNoneLess() {
    var lost = new LogEntry.Lost(List.of(new NodeId(3)));
    voters.get(0).log.propose(lost, 60_000);
    for (int i = 0; i < 100; i++) {
      deliver(letter -> letter.to != voters.get(2));
      pass(20);
    }
    assertEquals(List.of(), decided, "node-3 is seen alive");
    gone.add(new NodeId(3));
    for (int i = 0; i < 100; i++) {
      deliver(letter -> letter.to == voters.get(0));
      pass(20);
    }
    assertEquals(List.of(), decided, "node-2 does not answer");
    for (int i = 0; i < 100 && decided.isEmpty(); i++) {
      deliver(letter -> letter.to != voters.get(2));
      pass(20);
    }
    assertEquals(List.of(lost), decided);
  }

  /** The two that are lost may have gone on to epoch 2; they and this one never share an epoch. */
  @Test
  void lessThanAMajorityGoesOnFarAhead() {
    var one = voters.get(0);
    gone.add(new NodeId(2));
    gone.add(new NodeId(3));
    one.log.propose(new LogEntry.Lost(List.of(new NodeId(2), new NodeId(3))), 60_000);
    for (int i = 0; i < 100 && decided.isEmpty(); i++) {
      deliver(letter -> letter.to == one);
      pass(20);
    }
    cluster = cluster.after(decided.getFirst());
    assertEquals(1_000, cluster.epoch());
    assertEquals(List.of(one.id), cluster.voters());
  }

  @Test
  void aVoteOnWhatIsOverIsForgottenAndWhoIsBehindIsNoVoter() {
    var two = voters.get(1);
    two.log.received(new NodeId(3), new Prepare(2, new Ballot(9, new NodeId(3), 77), List.of()));
    two.sync();
    mail.clear();
    two.log.received(new NodeId(3), new Prepare(3, new Ballot(1, new NodeId(3), 77), List.of()));
    two.sync();
    assertTrue(mail.isEmpty(), "it has not come to epoch 2 yet");
    cluster = cluster.after(reweigh(1));
    two.log.became(cluster);
    two.log.received(new NodeId(3), new Prepare(3, new Ballot(1, new NodeId(3), 77), List.of()));
    two.sync();
    assertNotNull(mail.getLast());
    assertEquals(3, ((Promise) mail.getLast().message).epoch());
  }

  @Test
  void whatCannotFollowIsNotAccepted() {
    var two = voters.get(1);
    var vote = new Vote(new Ballot(1, new NodeId(3), 77), new LogEntry.Done());
    two.log.received(new NodeId(3), new Accept(2, vote));
    two.sync();
    assertTrue(mail.isEmpty(), mail.toString());
  }

  /** Messages come in any order, late, twice or never, and voters crash: still only one entry. */
  @Test
  void whateverHappensOneEntryIsDecided() {
    int runs = 0;
    for (long seed = 1; seed <= 300; seed++) {
      var story = new RingLogTest();
      story.happen(new SplittableRandom(seed));
      runs += story.decided.isEmpty() ? 0 : 1;
    }
    assertTrue(runs > 250, "decided in " + runs + " of 300 runs");
  }

  private void happen(SplittableRandom random) {
    for (int step = 0; step < 600; step++) {
      var voter = voters.get(random.nextInt(3));
      int what = random.nextInt(100);
      if (what < 8) {
        voter.log.propose(reweigh(1 + random.nextInt(3)), millis + 2_000);
      } else if (what < 10) {
        voter.crash();
      } else if (what < 40) {
        voter.sync();
      } else if (what < 90 && !mail.isEmpty()) {
        var letter = mail.remove(random.nextInt(mail.size()));
        letter.to.log.received(letter.from.id, letter.message);
        if (random.nextInt(10) == 0) {
          mail.add(letter);
        }
      } else if (what < 92 && !mail.isEmpty()) {
        mail.remove(random.nextInt(mail.size()));
      } else {
        pass(random.nextInt(100));
      }
    }
    assertTrue(
        new TreeSet<>(decided.stream().map(LogEntry::toString).toList()).size() <= 1,
        decided.toString());
  }

  private static LogEntry reweigh(int node) {
    return new LogEntry.Begin(new RingChange.Reweigh(new NodeId(node), 2), null);
  }

  private Voter voter(NodeId id) {
    return voters.get((int) id.value() - 1);
  }

  private void pass(long duration) {
    millis += duration;
    for (Voter voter : voters) {
      voter.schedule.advance(new Now(millis, millis));
      voter.schedule.runDue();
    }
  }

  /** Hands over what there is now. */
  private void receive(Predicate<Letter> which) {
    var now = mail.stream().filter(which).toList();
    mail.removeAll(now);
    now.forEach(letter -> letter.to.log.received(letter.from.id, letter.message));
  }

  /** Hands over whatever comes, with quick disks; the rest is lost. */
  private void deliver(Predicate<Letter> which) {
    for (int i = 0; i < 4; i++) {
      receive(which);
      voters.forEach(Voter::sync);
    }
    mail.removeIf(letter -> !which.test(letter) && !(letter.message instanceof Accept));
  }
}
