package io.flywheel.server.admin;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.node.RingAnswer;
import io.flywheel.core.node.RingOrder;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.runtime.RequestPort;

/**
 * {@code /admin/ring}: a GET shows the ring and what changes in it, a POST has it changed, or
 * foretells what the change would do. A change that was accepted goes on by itself.
 */
final class RingEndpoint extends ChangeablePage {
  private static final int MOST_BODY_BYTES = 4_096;

  private final RequestPort port;
  private final RingPage page;
  private final Preview preview;

  RingEndpoint(RequestPort port) {
    super(MOST_BODY_BYTES);
    this.port = port;
    page = new RingPage(port);
    preview = new Preview(port);
  }

  @Override
  void show(RequestHead head, Reply reply) throws ProblemException {
    reply.send(page.show(head, reply));
  }

  @Override
  void change(Bytes body, Reply reply) throws ProblemException {
    var wanted = WantedChange.parse(body);
    if (wanted.kind().moves()) {
      var foretold = preview.of(wanted);
      if (wanted.dryRun()) {
        reply.send(preview.answer(foretold, reply));
        return;
      }
    }
    switch (wanted.kind()) {
      case JOIN -> port.join(null, answer -> reply.send(answer(answer, reply)));
      case REPLACE -> port.join(wanted.node(), answer -> reply.send(answer(answer, reply)));
      case LEAVE -> order(new RingOrder.Leave(), reply);
      case REMOVE -> order(new RingOrder.Remove(wanted.node()), reply);
      case WEIGHT -> order(new RingOrder.Reweigh(wanted.node(), wanted.weight()), reply);
      case REPLICATION -> order(new RingOrder.Replicate(wanted.copies()), reply);
      case LOST -> order(new RingOrder.Lose(wanted.lost()), reply);
      case UNDO -> order(new RingOrder.Undo(), reply);
    }
  }

  private void order(RingOrder order, Reply reply) {
    port.changeRing(order, answer -> reply.send(answer(answer, reply)));
  }

  private Answer answer(RingAnswer answer, Reply reply) {
    return DecisionPage.of(
        202,
        answer,
        reply.allocator(),
        json -> {
          NodeView view = port.view();
          RingPage.writeChange(json, view, new Names(view));
        });
  }
}
