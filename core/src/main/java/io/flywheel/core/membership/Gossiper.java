package io.flywheel.core.membership;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Effect.Severity;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.Gossip;
import io.flywheel.core.message.Message.Heartbeat;
import io.flywheel.core.message.Message.News;
import io.flywheel.core.message.Message.Probe;
import io.flywheel.core.message.Message.ProbeReply;
import io.flywheel.core.model.Claim;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Spreads what members claim, and what others think of them, as a rumour spreads (Demers et al.,
 * 'Epidemic algorithms', 1987). About once a second a node turns to three others. To each it says
 * what it has heard lately, and shows a digest of what it knows of some members, each time of the
 * next ones; the other one says what it knows better or otherwise, and is told the same way where
 * it is behind. Rumours reach everybody in about log N rounds; digests find what rumours miss, and
 * are how a member learns everything after its start.
 *
 * <p>What that costs a member does not depend on how many there are. Nobody ever sends all it
 * knows: there is room for so much news in each message, and for a page of digests, which is larger
 * only with somebody to whom the last pages have brought much. And where there are many members,
 * eras last longer ({@link EraPace}), so that there is no more to tell in a second.
 *
 * <p>What is merged is merged by one rule ({@link MemberState#merge}) after what cannot be was
 * refused ({@link Plausibility}). Silence is never gossip: see {@link Inquiries}.
 */
public final class Gossiper {
  private static final int LEAST_DIGESTS = 16;
  private static final int MOST_DIGESTS = 48;
  private static final int DIGESTS_FOR_EACH_LEARNT = 8;
  private static final int NEWS_IN_A_MESSAGE = 24;
  private static final int COMMON_NEWS_IN_A_MESSAGE = 6;
  private static final int MOST_NEWS_IN_AN_ANSWER = 48;
  private static final long ROUND_MILLIS = 1_000;
  private static final long MOST_ERAS_LOST = 1L << 22;
  private static final int MOST_REPORTS = 50;

  /** Until then nobody can have been met, and that is not worth a word. */
  private static final long MEETING_MILLIS = 3_000;

  /** Whose gossip this is. */
  public interface Owner extends Mail {
    /**
     * Others know claims of this member that it cannot have made after what its directory says: it
     * is an older copy of the directory, or another copy runs elsewhere.
     */
    void contradicted(long generation, String reason);
  }

  private final NodeId self;
  private final long generation;
  private final MembershipTable table;
  private final MemberStates states;
  private final Eras eras;
  private final Schedule schedule;
  private final SplittableRandom random;
  private final Outbox outbox;
  private final Owner owner;
  private final Wellness wellness = new Wellness();
  private final Rumours rumours = new Rumours();
  private final Inquiries inquiries;
  private final Errands errands;
  private final OwnClaim own;
  private final StateChanges changes;
  private final Partners partners;
  private final TreeSet<String> reported = new TreeSet<>();
  private final TreeSet<NodeId> farAhead = new TreeSet<>();
  private List<NodeId> others = List.of();
  private SortedSet<NodeId> watched = new TreeSet<>();
  private NodeId digestsFrom;
  private int learnt;
  private int digests = LEAST_DIGESTS;
  private long startedMillis;
  private long awakeMillis;
  private long accusations;

  /**
   * @param generation that this start has; nobody hears of it before {@link #generationDurable}
   */
  public Gossiper(
      NodeId self,
      long generation,
      MembershipTable table,
      Eras eras,
      Schedule schedule,
      SplittableRandom random,
      Outbox outbox,
      Owner owner) {
    this.self = self;
    this.generation = generation;
    this.table = table;
    this.states = table.states();
    this.eras = eras;
    this.schedule = schedule;
    this.random = random;
    this.outbox = outbox;
    this.owner = owner;
    long firstRequest = random.nextLong() >>> 20;
    inquiries = new Inquiries(table, wellness, schedule, random, owner, this::judged, firstRequest);
    errands = new Errands(self, schedule, owner, firstRequest + (1L << 50));
    changes = new StateChanges(table, outbox);
    own = new OwnClaim(self, generation, states, eras, wellness, rumours, schedule);
    partners = new Partners(self, table, random);
    digestsFrom = self;
    awakeMillis = schedule.monotonicMillis();
  }

  /** The table has all members: begins to gossip among them. */
  public void start(long ringEpoch) {
    long now = schedule.monotonicMillis();
    startedMillis = now;
    changed(ringEpoch);
    schedule.at(now, _ -> round(), 0);
  }

  /** The members of this epoch are in the table, and this node acts on it. */
  public void changed(long ringEpoch) {
    others = table.others();
    partners.among(others);
    watched = WatchList.of(self, others, other -> table.areNear(self, other));
    table.watch(watched);
    own.actsOn(ringEpoch);
  }

  /** Whether this node has all copies that it gains by the change that is open in its epoch. */
  public void caughtUp(boolean isCaughtUp) {
    own.caughtUp(isCaughtUp);
  }

  /** At once to whom it matters: a change of the ring waits for what everybody claims. */
  public void tellClaim() {
    if (own.mayBeMade() && states.contains(self)) {
      watched.forEach(peer -> owner.send(peer, new News(List.of(states.of(self)))));
    }
  }

  /** This start's generation is on disk: no later start can have it too. */
  public void generationDurable() {
    own.generationDurable();
  }

  public void diskFull(boolean full) {
    wellness.diskFull(full);
  }

  /** DOWN verdicts that this node has published. */
  public long accusations() {
    return accusations;
  }

  /** To be called before anything that happens: notices when this node did not run for a while. */
  public void awake() {
    long now = schedule.monotonicMillis();
    long slept = now - awakeMillis;
    awakeMillis = now;
    if (slept > MembershipTable.HEARTBEAT_MILLIS + Wellness.PAUSE_MILLIS) {
      table.slept(slept);
      wellness.paused(now);
    }
  }

  /**
   * Once a second.
   *
   * @param oldestStoreMillis for how long the oldest store has been under way
   */
  public void beat(long oldestStoreMillis) {
    long now = schedule.monotonicMillis();
    wellness.storing(oldestStoreMillis, now);
    own.refresh();
    watched.forEach(this::greet);
    inquiries.review();
    if (now >= startedMillis + MEETING_MILLIS) {
      changes.review(now);
    }
  }

  /** A member has become reachable. */
  public void connected(NodeId peer) {
    greet(peer);
    if (watched.contains(peer)) {
      owner.send(peer, digest(true, List.of()));
    }
  }

  private void greet(NodeId peer) {
    owner.send(peer, new Heartbeat(schedule.wallMillis()));
  }

  /** Only its arrival counts; its sender's clock is compared with ours, for operators. */
  public void heartbeat(NodeId from, Heartbeat beat) {
    table.heartbeat(from, schedule.monotonicMillis());
    table.skewed(from, beat.wallMillis() - schedule.wallMillis());
    var state = states.of(from);
    if (state.verdict() != Verdict.ALIVE && !state.claim().isNone()) {
      owner.send(from, new News(List.of(state))); // it lives, and should object
    }
  }

  public void probe(NodeId from, Probe probe) {
    errands.probe(from, probe);
  }

  public void replied(NodeId from, ProbeReply reply) {
    errands.replied(from, reply);
    inquiries.replied(from, reply);
  }

  public void heard(NodeId from, Gossip gossip) {
    var answer = new ArrayList<MemberState>();
    take(gossip.news(), answer);
    var told = new TreeSet<NodeId>();
    answer.forEach(state -> told.add(state.member()));
    var known = states.from(gossip.from(), gossip.digests().size());
    for (int i = 0; i < known.size(); i++) {
      if (known.get(i).digest() != gossip.digests().get(i) && told.add(known.get(i).member())) {
        answer.add(known.get(i));
      }
    }
    answer(from, answer);
  }

  public void heard(NodeId from, News news) {
    var answer = new ArrayList<MemberState>();
    learnt += take(news.states(), answer);
    answer(from, answer);
  }

  private void answer(NodeId to, List<MemberState> answer) {
    if (!answer.isEmpty()) {
      int count = Math.min(answer.size(), MOST_NEWS_IN_AN_ANSWER);
      owner.send(to, new News(List.copyOf(answer.subList(0, count))));
    }
  }

  // --- rounds

  private void round() {
    long now = schedule.monotonicMillis();
    own.refresh();
    digests = Math.clamp((long) learnt * DIGESTS_FOR_EACH_LEARNT, LEAST_DIGESTS, MOST_DIGESTS);
    learnt = 0;
    boolean aboutAnybody = true;
    for (NodeId peer : partners.draw(now)) {
      owner.send(peer, digest(aboutAnybody, news()));
      aboutAnybody = false;
    }
    schedule.at(
        now + ROUND_MILLIS * 4 / 5 + random.nextLong(ROUND_MILLIS * 2 / 5), _ -> round(), 0);
  }

  /** About those whose turn it is, or first of all about members of whom nothing is known. */
  private Message digest(boolean aboutAnybody, List<MemberState> news) {
    var page = new ArrayList<Integer>(digests);
    var first = aboutAnybody ? digestsFrom : states.nextUnknown(digestsFrom);
    for (MemberState state : states.from(first, digests)) {
      page.add(state.digest());
    }
    digestsFrom = states.after(first, page.size());
    return new Gossip(first, List.copyOf(page), news);
  }

  private List<MemberState> news() {
    var about = rumours.next(NEWS_IN_A_MESSAGE, COMMON_NEWS_IN_A_MESSAGE, states.size());
    return about.stream().filter(states::contains).map(states::of).toList();
  }

  // --- what is told

  /** Returns how much of it was news. */
  private int take(List<MemberState> told, List<MemberState> answer) {
    int learntHere = 0;
    for (MemberState state : told) {
      if (state.member().equals(self)) {
        takeAboutSelf(state, answer);
        continue;
      }
      var known = states.of(state.member());
      int order = state.compareTo(known);
      if (!states.contains(state.member())) {
        report("gossip about " + state.member() + ", which is no member, is not believed");
      } else if (order < 0) {
        answer.add(known);
      } else if (order > 0) {
        String objection = Plausibility.objection(state.claim(), known.claim(), eras.current());
        if (objection.isEmpty()) {
          adopt(state, "others cannot reach it");
          learntHere++;
        } else {
          report("gossip about " + table.name(state.member()) + " is not believed: " + objection);
        }
        noteFarAhead(state);
      }
    }
    return learntHere;
  }

  /**
   * Nobody goes two eras ahead of a member that it has heard of. One that claims it is mistaken;
   * most of them are right: this directory is an older copy, and whoever knew its newer start has
   * been started again since.
   */
  private void noteFarAhead(MemberState state) {
    var claim = state.claim();
    if (claim.isIntact() && claim.era() > eras.current() + 1) {
      farAhead.add(state.member());
      if (2 * farAhead.size() > others.size() + 1) {
        owner.contradicted(
            generation,
            "the data directory is an older copy: most members are in era "
                + claim.era()
                + " and it is in era "
                + eras.current()
                + "; going on with it could bring back what was deleted");
      }
    }
  }

  private void adopt(MemberState state, String hearsay) {
    var member = state.member();
    boolean urgent = state.matters(states.of(member));
    if (states.merge(state)) {
      rumours.add(member, urgent);
      var claim = state.claim();
      eras.heard(member, claim.era(), claim.settled(), claim.epoch());
      var observation = table.observation(member);
      if (observation != null) {
        boolean accused = state.verdict() != Verdict.ALIVE;
        observation.judged(state.verdict(), accused ? hearsay : "", schedule.monotonicMillis());
      }
    }
  }

  private void takeAboutSelf(MemberState told, List<MemberState> answer) {
    var claim = told.claim();
    boolean laterStart = claim.generation() > generation;
    boolean laterEra = claim.era() > eras.current();
    if (!claim.isIntact()) {
      report("gossip about this node is not believed: it was damaged on its way");
    } else if (laterStart || laterEra) {
      contradict(claim);
    } else if (own.mayBeMade() && told.compareTo(states.of(self)) > 0) {
      own.objectTo(claim);
      answer.add(states.of(self));
    } else if (own.mayBeMade() && told.compareTo(states.of(self)) < 0) {
      answer.add(states.of(self));
    }
  }

  private void contradict(Claim claim) {
    String difference =
        claim.generation() > generation
            ? "its start " + claim.generation() + ", and this is start " + generation
            : "its era " + claim.era() + ", and the directory says " + eras.current();
    if (claim.generation() > generation + Plausibility.MOST_STARTS
        || claim.era() > eras.current() + MOST_ERAS_LOST) {
      report("gossip about this node is not believed: others know " + difference);
    } else {
      owner.contradicted(
          claim.generation(),
          "the data directory is an older copy, or a copy of it runs elsewhere: other members know"
              + " of "
              + difference
              + "; going on with it could bring back what was deleted");
    }
  }

  private void judged(NodeId member, Verdict verdict, List<NodeId> cannotReachIt) {
    if (verdict == Verdict.DOWN) {
      accusations++;
    }
    var names = cannotReachIt.stream().map(table::name).toList();
    adopt(
        states.of(member).judged(verdict), String.join(" and ", names) + " cannot reach it either");
  }

  /** What every round would repeat is said once. */
  private void report(String text) {
    if (reported.size() < MOST_REPORTS && reported.add(text)) {
      outbox.add(new Effect.Report(Severity.WARNING, text));
    }
  }
}
