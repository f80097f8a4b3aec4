package io.flywheel.core.membership;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.Probe;
import io.flywheel.core.message.Message.ProbeReply;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a member comes to be called SUSPECT and DOWN before everybody (Das et al., 'SWIM', 2002, and
 * Dadgar et al., 'Lifeguard', 2018). That this node misses it is only a reason to ask: it asks
 * three others to reach it. If they say that they cannot, and none says that it can, the member is
 * called SUSPECT. It hears of that and objects with a new claim, if it can. If it has not for a
 * while, and a further inquiry ends the same way, it is called DOWN.
 *
 * <p>If nobody says anything at all it is this node that is cut off: it raises its own bar and
 * accuses nobody. Nor does a node that knows of nobody else to ask.
 */
final class Inquiries {
  private static final int ASKED = 3;
  private static final long PATIENCE_MILLIS = Errands.PATIENCE_MILLIS + 700;
  private static final long PAUSE_MILLIS = 3_000;
  private static final long LEAST_ABSENCE_MILLIS = 1_500;
  private static final long LEAST_SUSPICION_MILLIS = 4_000;

  /** What has been found out. */
  interface Findings {
    void judged(NodeId member, Verdict verdict, List<NodeId> cannotReachIt);
  }

  private static final class Inquiry {
    private final long request;
    private final long sinceMillis;
    private final TreeSet<NodeId> asked = new TreeSet<>();
    private final TreeSet<NodeId> inVain = new TreeSet<>();
    private boolean reached;
    private boolean closed;

    private Inquiry(long request, long sinceMillis) {
      this.request = request;
      this.sinceMillis = sinceMillis;
    }
  }

  private final MembershipTable table;
  private final Wellness wellness;
  private final Schedule schedule;
  private final SplittableRandom random;
  private final Mail mail;
  private final Findings findings;
  private final TreeMap<NodeId, Inquiry> inquiries = new TreeMap<>();
  private long lastRequest;

  Inquiries(
      MembershipTable table,
      Wellness wellness,
      Schedule schedule,
      SplittableRandom random,
      Mail mail,
      Findings findings,
      long firstRequest) {
    this.table = table;
    this.wellness = wellness;
    this.schedule = schedule;
    this.random = random;
    this.mail = mail;
    this.findings = findings;
    this.lastRequest = firstRequest;
  }

  /** How long a suspected member has to object: news has to reach it, and its objection us. */
  static long suspicionMillis(int members, int bar) {
    int hops = Integer.SIZE - Integer.numberOfLeadingZeros(members);
    return bar * (LEAST_SUSPICION_MILLIS + hops * 1_000L);
  }

  /** Once a second: looks for members that are missed. */
  void review() {
    long now = schedule.monotonicMillis();
    int bar = wellness.bar(now);
    inquiries.values().removeIf(inquiry -> now - inquiry.sinceMillis >= bar * PAUSE_MILLIS);
    table
        .observations()
        .forEach(
            (member, observation) -> {
              if (isMissed(observation, bar, now)
                  && observation.verdict() != Verdict.DOWN
                  && !table.claim(member).isNone()
                  && !inquiries.containsKey(member)) {
                inquire(member, now);
              }
            });
  }

  private static boolean isMissed(Observation observation, int bar, long now) {
    boolean concernsUs = observation.isWatched() || observation.isAccused();
    boolean silent = now - observation.lastHeardMillis() >= bar * LEAST_ABSENCE_MILLIS;
    return concernsUs && silent && MembershipTable.isDoubted(observation, bar, now);
  }

  private void inquire(NodeId member, long now) {
    var inquiry = new Inquiry(++lastRequest, now);
    var candidates = new ArrayList<NodeId>();
    for (NodeId other : table.others()) {
      if (!other.equals(member) && table.isAlive(other, now)) {
        candidates.add(other);
      }
    }
    while (inquiry.asked.size() < ASKED && !candidates.isEmpty()) {
      inquiry.asked.add(candidates.remove(random.nextInt(candidates.size())));
    }
    if (inquiry.asked.isEmpty()) {
      return;
    }
    inquiries.put(member, inquiry);
    var probe = new Probe(inquiry.request, member);
    mail.send(member, probe);
    inquiry.asked.forEach(other -> mail.send(other, probe));
    schedule.at(now + PATIENCE_MILLIS, _ -> judge(member, inquiry), 0);
  }

  void replied(NodeId from, ProbeReply reply) {
    inquiries.forEach(
        (member, inquiry) -> {
          if (inquiry.request != reply.request()) {
            return;
          }
          if (reply.reached() && (from.equals(member) || inquiry.asked.contains(from))) {
            inquiry.reached = true;
          } else if (inquiry.asked.contains(from)) {
            inquiry.inVain.add(from);
          }
        });
  }

  private void judge(NodeId member, Inquiry inquiry) {
    var observation = table.observation(member);
    if (inquiry.closed || inquiry.reached || observation == null) {
      return;
    }
    inquiry.closed = true;
    long now = schedule.monotonicMillis();
    int bar = wellness.bar(now);
    if (inquiry.inVain.isEmpty()) {
      wellness.unheard(now);
      return;
    }
    if (!isMissed(observation, bar, now)) {
      return;
    }
    long suspectedMillis = now - observation.verdictMillis();
    if (observation.verdict() == Verdict.ALIVE) {
      findings.judged(member, Verdict.SUSPECT, List.copyOf(inquiry.inVain));
    } else if (observation.verdict() == Verdict.SUSPECT
        && suspectedMillis >= suspicionMillis(table.states().size(), bar)) {
      findings.judged(member, Verdict.DOWN, List.copyOf(inquiry.inVain));
    }
  }
}
