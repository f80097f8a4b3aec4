package io.flywheel.core.membership;

import io.flywheel.core.model.Verdict;
import org.jspecify.annotations.Nullable;

/** What this node itself notices of one other member, by its own clock. */
final class Observation {
  /** Whether its heartbeats are for this node to watch, and not for others. */
  private boolean watched = true;

  /** Null until it is needed. */
  private @Nullable PhiAccrualDetector detector;

  private final long sinceMillis;
  private boolean connected;
  private long connectionLostMillis;
  private boolean accused;
  private long accusedMillis;
  private long lastHeardMillis;
  private boolean everHeard;
  private long skewMillis;
  private Verdict verdict = Verdict.ALIVE;
  private long verdictMillis;
  private String hearsay = "";
  private Liveness stateTold = Liveness.ALIVE;

  Observation(boolean connected, long nowMillis) {
    this.connected = connected;
    this.sinceMillis = nowMillis;
    this.lastHeardMillis = nowMillis;
    this.connectionLostMillis = nowMillis;
    this.verdictMillis = nowMillis;
  }

  void watch(boolean isWatched) {
    watched = isWatched;
  }

  boolean isWatched() {
    return watched;
  }

  private PhiAccrualDetector detector() {
    if (detector == null) {
      detector = new PhiAccrualDetector(sinceMillis, MembershipTable.HEARTBEAT_MILLIS);
    }
    return detector;
  }

  void connected(long nowMillis) {
    connected = true;
    accused = false;
    if (watched) {
      detector().resume(nowMillis);
    }
  }

  void disconnected(long nowMillis) {
    if (connected) {
      connected = false;
      connectionLostMillis = nowMillis;
    }
  }

  boolean isConnected() {
    return connected;
  }

  void heard(long nowMillis) {
    lastHeardMillis = nowMillis;
    everHeard = true;
    accused = false;
  }

  /** A heartbeat; one that ends an absence was no interval. */
  void heartbeat(boolean regular, long nowMillis) {
    if (watched && regular) {
      detector().arrived(nowMillis);
    } else if (watched) {
      detector().resume(nowMillis);
    }
    heard(nowMillis);
  }

  /** What passed while this node itself did not run was nobody's silence. */
  void slept(long millis) {
    lastHeardMillis += millis;
    connectionLostMillis += connected ? 0 : millis;
    if (watched) {
      detector().pardon(millis);
    }
  }

  void accuse(long nowMillis) {
    if (!accused) {
      accused = true;
      accusedMillis = nowMillis;
    }
  }

  boolean isAccused() {
    return accused;
  }

  /** For how long a request has gone unanswered without a word; 0 where none has. */
  long accusedForMillis(long nowMillis) {
    return accused ? nowMillis - accusedMillis : 0;
  }

  /** For how long there has been no connection. */
  long disconnectedForMillis(long nowMillis) {
    return connected ? 0 : nowMillis - connectionLostMillis;
  }

  /** What others think of it. */
  void judged(Verdict others, String by, long nowMillis) {
    verdict = others;
    verdictMillis = nowMillis;
    hearsay = by;
  }

  Verdict verdict() {
    return verdict;
  }

  /** Since when the others' verdict on it stands. */
  long verdictMillis() {
    return verdictMillis;
  }

  /** Who cannot reach it, as far as that is known here. */
  String hearsay() {
    return hearsay;
  }

  /** Whether it was heard here since others judged it. */
  boolean heardSinceJudged() {
    return everHeard && lastHeardMillis > verdictMillis;
  }

  long lastHeardMillis() {
    return lastHeardMillis;
  }

  boolean everHeard() {
    return everHeard;
  }

  /** What operators were told last. */
  Liveness stateTold() {
    return stateTold;
  }

  void told(Liveness state) {
    stateTold = state;
  }

  double phi(long nowMillis) {
    return watched ? detector().phi(nowMillis) : 0;
  }

  /** Whether φ is at least {@code bar}, which is 1 or more. */
  boolean isSilentFor(double bar, long nowMillis) {
    return watched && detector().isAtLeast(bar, nowMillis);
  }

  void skewed(long millis) {
    skewMillis = millis;
  }

  long skewMillis() {
    return skewMillis;
  }
}
