package io.flywheel.core.membership;

import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The members and what this node observes of each, by its own clock. */
public final class MembershipTable {
  public static final long HEARTBEAT_MILLIS = 1000;

  private static final double SUSPICIOUS_PHI = 8;
  private static final long DOWN_AFTER_MILLIS = 10_000;
  private static final long LEAST_SILENCE_MILLIS = 250;

  private static final class Observation {
    private final PhiAccrualDetector detector;
    private boolean connected;
    private boolean accused;
    private long lastHeardMillis;
    private boolean everHeard;
    private long skewMillis;

    private Observation(long nowMillis) {
      this.detector = new PhiAccrualDetector(nowMillis, HEARTBEAT_MILLIS);
      this.lastHeardMillis = nowMillis;
    }
  }

  private final NodeId self;
  private final TreeMap<NodeId, Observation> others = new TreeMap<>();
  private final TreeMap<NodeId, Member> members = new TreeMap<>();

  public MembershipTable(NodeId self) {
    this.self = self;
  }

  public void add(Member member, boolean connected, long nowMillis) {
    members.put(member.id(), member);
    if (!member.id().equals(self)) {
      var observation = new Observation(nowMillis);
      observation.connected = connected;
      others.put(member.id(), observation);
    }
  }

  public boolean contains(NodeId id) {
    return members.containsKey(id);
  }

  public @Nullable Member member(NodeId id) {
    return members.get(id);
  }

  /** All members, by identity. */
  public List<Member> members() {
    return List.copyOf(members.values());
  }

  /** All members but this node. */
  public List<NodeId> others() {
    return new ArrayList<>(others.keySet());
  }

  public void connected(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation != null) {
      observation.connected = true;
      observation.accused = false;
      observation.detector.resume(nowMillis);
    }
  }

  public void disconnected(NodeId id) {
    var observation = others.get(id);
    if (observation != null) {
      observation.connected = false;
    }
  }

  /** Any message is a sign of life. */
  public void heard(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation != null) {
      observation.lastHeardMillis = nowMillis;
      observation.everHeard = true;
      observation.accused = false;
    }
  }

  public void heartbeat(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation != null) {
      if (stateOf(observation, nowMillis) == Liveness.ALIVE) {
        observation.detector.arrived(nowMillis);
      } else {
        observation.detector.resume(nowMillis);
      }
      heard(id, nowMillis);
    }
  }

  /** How far a member's wall clock is ahead of this node's; changes nothing but what is shown. */
  public void skewed(NodeId id, long skewMillis) {
    var observation = others.get(id);
    if (observation != null) {
      observation.skewMillis = skewMillis;
    }
  }

  public long skewMillis(NodeId id) {
    var observation = others.get(id);
    return observation == null ? 0 : observation.skewMillis;
  }

  /**
   * A request of {@code sinceMillis} is unanswered: suspect, unless it was heard since. A client's
   * own impatience is no reason.
   */
  public void unanswered(NodeId id, long sinceMillis, long nowMillis) {
    var observation = others.get(id);
    if (observation != null
        && observation.lastHeardMillis < sinceMillis
        && nowMillis - sinceMillis >= LEAST_SILENCE_MILLIS) {
      observation.accused = true;
    }
  }

  public boolean isAlive(NodeId id, long nowMillis) {
    return state(id, nowMillis) == Liveness.ALIVE;
  }

  public Liveness state(NodeId id, long nowMillis) {
    if (id.equals(self)) {
      return Liveness.ALIVE;
    }
    var observation = others.get(id);
    return observation == null ? Liveness.DOWN : stateOf(observation, nowMillis);
  }

  /** How long a member has been silent, in milliseconds; -1 when it was never heard. */
  public long silentMillis(NodeId id, long nowMillis) {
    var observation = others.get(id);
    if (observation == null) {
      return id.equals(self) ? 0 : -1;
    }
    return observation.everHeard ? nowMillis - observation.lastHeardMillis : -1;
  }

  public double phi(NodeId id, long nowMillis) {
    var observation = others.get(id);
    return observation == null ? 0 : observation.detector.phi(nowMillis);
  }

  private static Liveness stateOf(Observation observation, long nowMillis) {
    if (observation.connected
        && !observation.accused
        && observation.detector.phi(nowMillis) < SUSPICIOUS_PHI) {
      return Liveness.ALIVE;
    }
    boolean longSilent = nowMillis - observation.lastHeardMillis > DOWN_AFTER_MILLIS;
    return longSilent ? Liveness.DOWN : Liveness.SUSPECT;
  }
}
