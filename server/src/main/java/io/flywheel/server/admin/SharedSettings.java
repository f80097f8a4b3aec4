package io.flywheel.server.admin;

import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.node.RingOrder;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.ProblemType;
import io.flywheel.server.http.Reply;
import io.flywheel.server.runtime.RequestPort;

/** The settings that all members share, as a node knows them now: shown, foretold, changed. */
record SharedSettings(RequestPort port, NodeView view) {
  static SharedSettings of(RequestPort port) throws ProblemException {
    var view = port.view();
    if (view.ring() == null) {
      throw new ProblemException(ProblemType.UNAVAILABLE, "the cluster is not formed yet");
    }
    return new SharedSettings(port, view);
  }

  RecordSettings records() {
    return view.records();
  }

  Answer answer(Reply reply, JsonPage.Members members) {
    return JsonPage.of(
        200,
        reply.allocator(),
        json -> {
          json.writeNumberField("epoch", view.changes().epoch());
          members.write(json);
        });
  }

  /**
   * Has it changed or, for a dry run, says what would come of that.
   *
   * @param objection why it cannot be; empty where it can
   */
  void change(
      boolean dryRun, String objection, RingOrder order, Reply reply, JsonPage.Members members) {
    if (!dryRun) {
      port.changeRing(
          order, answer -> reply.send(DecisionPage.of(200, answer, reply.allocator(), members)));
      return;
    }
    String obstacle = objection;
    if (obstacle.isEmpty() && view.changes().change() != null) {
      obstacle = "the ring is changing: settings wait until that is over";
    }
    reply.send(
        obstacle.isEmpty()
            ? answer(reply, members)
            : DecisionPage.refused(obstacle, reply.allocator()));
  }
}
