package io.flywheel.core.membership;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.Probe;
import io.flywheel.core.message.Message.ProbeReply;
import io.flywheel.core.model.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * Members that this node tries to reach because another one cannot. The answer is given also where
 * it is no: silence would leave the other one in doubt whether anybody hears it.
 */
final class Errands {
  static final long PATIENCE_MILLIS = 1_000;

  private static final int MOST = 1_000;

  private record Errand(NodeId asker, long request, NodeId target) {}

  private final NodeId self;
  private final Schedule schedule;
  private final Mail mail;
  private final Map<Long, Errand> errands = new HashMap<>();
  private long lastRequest;

  /** Requests are numbered from here on, elsewhere in every life. */
  Errands(NodeId self, Schedule schedule, Mail mail, long firstRequest) {
    this.self = self;
    this.schedule = schedule;
    this.mail = mail;
    this.lastRequest = firstRequest;
  }

  void probe(NodeId from, Probe probe) {
    if (probe.target().equals(self)) {
      mail.send(from, new ProbeReply(probe.request(), true));
    } else if (errands.size() < MOST) {
      long request = ++lastRequest;
      errands.put(request, new Errand(from, probe.request(), probe.target()));
      mail.send(probe.target(), new Probe(request, probe.target()));
      schedule.at(schedule.monotonicMillis() + PATIENCE_MILLIS, this::giveUp, request);
    }
  }

  void replied(NodeId from, ProbeReply reply) {
    var errand = errands.get(reply.request());
    if (errand != null && errand.target().equals(from) && reply.reached()) {
      finish(reply.request(), true);
    }
  }

  private void giveUp(long request) {
    finish(request, false);
  }

  private void finish(long request, boolean reached) {
    var errand = errands.remove(request);
    if (errand != null) {
      mail.send(errand.asker(), new ProbeReply(errand.request(), reached));
    }
  }
}
