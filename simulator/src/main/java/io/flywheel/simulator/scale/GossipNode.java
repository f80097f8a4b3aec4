package io.flywheel.simulator.scale;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.EraPace;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.membership.Gossiper;
import io.flywheel.core.membership.Liveness;
import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.Gossip;
import io.flywheel.core.message.Message.Heartbeat;
import io.flywheel.core.message.Message.News;
import io.flywheel.core.message.Message.Probe;
import io.flywheel.core.message.Message.ProbeReply;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.node.Rhythm;
import java.util.List;
import java.util.SplittableRandom;

/** A member of which only the membership runs. */
final class GossipNode implements Gossiper.Owner {
  private static final long ERA_MILLIS = Rhythm.DEFAULT.eraMillis();

  private final Member member;
  private final GossipCluster cluster;
  private final Outbox outbox = new Outbox();
  private final Schedule schedule;
  private final MembershipTable table;
  private final Eras eras = Eras.fresh();
  private final Gossiper gossiper;
  private long sequence;
  private final EraPace pace;

  GossipNode(Member member, List<Member> all, GossipCluster cluster, SplittableRandom random) {
    this.member = member;
    this.cluster = cluster;
    schedule = new Schedule(now());
    table = new MembershipTable(member.id());
    all.forEach(each -> table.add(each, true, 0));
    eras.expect(table.others(), 1);
    eras.owes(Long.MAX_VALUE);
    gossiper = new Gossiper(member.id(), 1, table, eras, schedule, random, outbox, this);
    pace = new EraPace(ERA_MILLIS, random.split());
    pace.adopted(-random.nextLong(EraPace.millis(ERA_MILLIS, all.size())));
    schedule.at(random.nextLong(1_000), _ -> begin(), 0);
  }

  private void begin() {
    gossiper.start(1);
    gossiper.generationDurable();
    beat();
  }

  private void beat() {
    long now = schedule.monotonicMillis();
    if (pace.isTime(eras, now) && eras.mayAdvance()) {
      eras.adopted(eras.current() + 1);
      pace.adopted(now);
    }
    gossiper.beat(0);
    schedule.at(now + MembershipTable.HEARTBEAT_MILLIS, _ -> beat(), 0);
  }

  NodeId id() {
    return member.id();
  }

  String datacenter() {
    return member.zone().datacenter();
  }

  MembershipTable table() {
    return table;
  }

  Gossiper gossiper() {
    return gossiper;
  }

  Eras eras() {
    return eras;
  }

  Liveness state(GossipNode other) {
    return table.state(other.id(), cluster.nowMillis());
  }

  long nextSequence() {
    return ++sequence;
  }

  void wake() {
    schedule.advance(now());
    gossiper.awake();
    schedule.runDue();
    sleep();
  }

  void receive(NodeId from, Message message) {
    schedule.advance(now());
    gossiper.awake();
    table.heard(from, cluster.nowMillis());
    switch (message) {
      case Heartbeat beat -> gossiper.heartbeat(from, beat);
      case Gossip gossip -> gossiper.heard(from, gossip);
      case News news -> gossiper.heard(from, news);
      case Probe probe -> gossiper.probe(from, probe);
      case ProbeReply reply -> gossiper.replied(from, reply);
      default -> throw new IllegalArgumentException("not about members: " + message);
    }
    sleep();
  }

  private void sleep() {
    for (Effect effect : outbox.drain()) {
      cluster.reported(this, effect);
    }
    cluster.wakeAt(this, schedule.nextMillis());
  }

  @Override
  public void send(NodeId to, Message message) {
    cluster.send(this, to, message);
  }

  @Override
  public void contradicted(long generation, String reason) {
    throw new IllegalStateException(reason);
  }

  private Now now() {
    return new Now(1_700_000_000_000L + cluster.nowMillis(), cluster.nowMillis());
  }
}
