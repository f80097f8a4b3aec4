package io.flywheel.server.admin;

import io.flywheel.server.http.Answer;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.runtime.RequestPort;

/** {@code /admin/transfers}: what this node has to bring to others. */
final class TransfersPage {
  private final RequestPort port;

  TransfersPage(RequestPort port) {
    this.port = port;
  }

  Answer show(RequestHead head, Reply reply) {
    var view = port.view();
    var names = new Names(view);
    return JsonPage.of(
        200,
        reply.allocator(),
        json -> {
          json.writeArrayFieldStart("transfers");
          for (var waiting : view.hintsByOwner().entrySet()) {
            json.writeStartObject();
            json.writeStringField("kind", "hints");
            json.writeStringField("from", view.name());
            json.writeStringField("to", names.of(waiting.getKey()));
            json.writeStringField("to-id", waiting.getKey().toString());
            json.writeNumberField("records", waiting.getValue());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeNumberField("hint-bytes", view.counters().hintBytes());
          json.writeNumberField("hints-paid", view.counters().hintsPaid());
        });
  }
}
