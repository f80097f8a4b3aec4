package io.flywheel.core.membership;

import io.flywheel.core.model.Claim;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The members, what this node observes of each by its own clock, and what is told of them. Where
 * requests go is decided by the first as far as it goes: no connection, no answer or, where this
 * node watches, no heartbeats. What others say counts for members that it does not hear itself.
 */
public final class MembershipTable {
  public static final long HEARTBEAT_MILLIS = 1000;

  private static final double SUSPICIOUS_PHI = 8;
  private static final long DOWN_AFTER_MILLIS = 10_000;
  private static final long LEAST_SILENCE_MILLIS = 250;

  private final NodeId self;
  private final TreeMap<NodeId, Observation> others = new TreeMap<>();
  private final TreeMap<NodeId, Member> members = new TreeMap<>();
  private final MemberStates states = new MemberStates();

  /** Those who never come back. */
  private SortedSet<NodeId> lost = new TreeSet<>();

  public MembershipTable(NodeId self) {
    this.self = self;
  }

  /** A new member, or one of which something has changed. */
  public void add(Member member, boolean connected, long nowMillis) {
    members.put(member.id(), member);
    states.expect(member.id());
    if (!member.id().equals(self)) {
      others.putIfAbsent(member.id(), new Observation(connected, nowMillis));
    }
  }

  /** It is no member any more. */
  public void remove(NodeId id) {
    members.remove(id);
    others.remove(id);
    states.forget(id);
  }

  /** These members are lost: down, whatever is heard. */
  public void lose(Collection<NodeId> members) {
    lost = new TreeSet<>(members);
  }

  /** Whether a member is lost by the word of an operator, and never comes back. */
  public boolean isLost(NodeId id) {
    return lost.contains(id);
  }

  /** Expects heartbeats of these only. */
  void watch(SortedSet<NodeId> watched) {
    others.forEach((id, observation) -> observation.watch(watched.contains(id)));
  }

  public boolean contains(NodeId id) {
    return members.containsKey(id);
  }

  public @Nullable Member member(NodeId id) {
    return members.get(id);
  }

  /** Whether two members stand in one data centre. */
  boolean areNear(NodeId one, NodeId other) {
    var first = members.get(one);
    var second = members.get(other);
    return first == null
        || second == null
        || first.zone().datacenter().equals(second.zone().datacenter());
  }

  /** What an operator calls a member. */
  String name(NodeId id) {
    var member = members.get(id);
    return member == null ? id.toString() : member.name();
  }

  /** All members, by identity. */
  public List<Member> members() {
    return List.copyOf(members.values());
  }

  /** All members but this node. */
  public List<NodeId> others() {
    return new ArrayList<>(others.keySet());
  }

  MemberStates states() {
    return states;
  }

  /** What is told of each member, by identity. */
  public List<MemberState> told() {
    return members.keySet().stream().map(states::of).toList();
  }

  /** What is observed of each other member, by identity. */
  Map<NodeId, Observation> observations() {
    return Collections.unmodifiableMap(others);
  }

  @Nullable Observation observation(NodeId id) {
    return others.get(id);
  }

  /** The newest claim that is known of a member. */
  public Claim claim(NodeId id) {
    return states.of(id).claim();
  }

  public void connected(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation != null) {
      observation.connected(nowMillis);
    }
  }

  public void disconnected(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation != null) {
      observation.disconnected(nowMillis);
    }
  }

  /** Any message is a sign of life. */
  public void heard(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation != null) {
      observation.heard(nowMillis);
    }
  }

  public void heartbeat(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation != null) {
      observation.heartbeat(!isDoubted(observation, 1, nowMillis), nowMillis);
    }
  }

  /** This node did not run for so long. */
  void slept(long millis) {
    others.values().forEach(observation -> observation.slept(millis));
  }

  /** How far a member's wall clock is ahead of this node's; changes nothing but what is shown. */
  public void skewed(NodeId id, long skewMillis) {
    var observation = others.get(id);
    if (observation != null) {
      observation.skewed(skewMillis);
    }
  }

  public long skewMillis(NodeId id) {
    var observation = others.get(id);
    return observation == null ? 0 : observation.skewMillis();
  }

  /**
   * A request of {@code sinceMillis} is unanswered: suspect, unless it was heard since. A client's
   * own impatience is no reason.
   */
  public void unanswered(NodeId id, long sinceMillis, long nowMillis) {
    var observation = others.get(id);
    if (observation != null
        && observation.lastHeardMillis() < sinceMillis
        && nowMillis - sinceMillis >= LEAST_SILENCE_MILLIS) {
      observation.accuse(nowMillis);
    }
  }

  public boolean isAlive(NodeId id, long nowMillis) {
    return state(id, nowMillis) == Liveness.ALIVE;
  }

  /** Whether a member has nothing to complain of: its disk is fast enough and it keeps running. */
  public boolean isWell(NodeId id) {
    var claim = claim(id);
    return !claim.says(Claim.SLOW_DISK) && !claim.says(Claim.PAUSED);
  }

  public Liveness state(NodeId id, long nowMillis) {
    if (id.equals(self)) {
      return Liveness.ALIVE;
    }
    var observation = others.get(id);
    return observation == null || isLost(id) ? Liveness.DOWN : state(observation, nowMillis);
  }

  static Liveness state(Observation observation, long nowMillis) {
    var verdict = observation.verdict();
    if (isDoubted(observation, 1, nowMillis)) {
      boolean gone = verdict == Verdict.DOWN || isLongGone(observation, nowMillis);
      return gone ? Liveness.DOWN : Liveness.SUSPECT;
    }
    if (observation.isWatched() || observation.heardSinceJudged()) {
      return Liveness.ALIVE; // one's own ears count for more
    }
    return switch (verdict) {
      case ALIVE -> Liveness.ALIVE;
      case SUSPECT -> Liveness.SUSPECT;
      case DOWN -> Liveness.DOWN;
    };
  }

  /** Why it is in that state, or what else is to be known of it; empty for nothing. */
  public String reason(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation == null) {
      return id.equals(self) ? complaint(id) : "not a member";
    }
    if (isLost(id)) {
      return "lost, by the word of an operator";
    }
    if (!observation.isConnected()) {
      return joined("no connection", observation.hearsay());
    }
    if (observation.isAccused()) {
      return joined("it leaves requests unanswered", observation.hearsay());
    }
    if (observation.phi(nowMillis) >= SUSPICIOUS_PHI) {
      return joined(silence(observation, nowMillis), observation.hearsay());
    }
    return state(id, nowMillis) == Liveness.ALIVE ? complaint(id) : observation.hearsay();
  }

  private static String silence(Observation observation, long nowMillis) {
    double seconds = (nowMillis - observation.lastHeardMillis()) / 1000.0;
    return String.format(
        Locale.ROOT, "silent for %.1f s, phi %.0f", seconds, observation.phi(nowMillis));
  }

  private static String joined(String observed, String hearsay) {
    return hearsay.isEmpty() ? observed : observed + "; " + hearsay;
  }

  private String complaint(NodeId id) {
    var claim = claim(id);
    var complaints = new ArrayList<String>(3);
    if (claim.says(Claim.SLOW_DISK)) {
      complaints.add("its disk is slow");
    }
    if (claim.says(Claim.PAUSED)) {
      complaints.add("it was paused");
    }
    if (claim.says(Claim.FULL_DISK)) {
      complaints.add("its disk is full");
    }
    return complaints.isEmpty() ? "" : "says that " + String.join(" and ", complaints);
  }

  /** How long a member has been silent, in milliseconds; -1 when it was never heard. */
  public long silentMillis(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation == null) {
      return id.equals(self) ? 0 : -1;
    }
    return observation.everHeard() ? nowMillis - observation.lastHeardMillis() : -1;
  }

  public double phi(NodeId id, long nowMillis) {
    var observation = others.get(id);
    return observation == null ? 0 : observation.phi(nowMillis);
  }

  /** Whether this node itself has a reason to think that a member is gone. */
  static boolean isDoubted(Observation observation, int bar, long nowMillis) {
    return !observation.isConnected()
        || observation.isAccused()
        || observation.isSilentFor(SUSPICIOUS_PHI * bar, nowMillis);
  }

  /** Gone for so long, by what was noticed here alone. */
  private static boolean isLongGone(Observation observation, long nowMillis) {
    boolean silent = nowMillis - observation.lastHeardMillis() > DOWN_AFTER_MILLIS;
    boolean noticed =
        observation.isWatched()
            || observation.disconnectedForMillis(nowMillis) > DOWN_AFTER_MILLIS
            || observation.accusedForMillis(nowMillis) > DOWN_AFTER_MILLIS;
    return silent && noticed;
  }
}
