package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.handoff.TransferFigures;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;

/** {@code /admin/transfers}: what this node has to bring to others, and what it fetches. */
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
          writeRing(json, view.transfers(), names);
        });
  }

  /** What a change of the ring gives this node, and what it has still to be rid of. */
  private static void writeRing(JsonGenerator json, TransferFigures figures, Names names)
      throws IOException {
    json.writeObjectFieldStart("ring");
    json.writeNumberField("copies", figures.partitionsWanted());
    json.writeNumberField("copies-done", figures.partitionsDone());
    json.writeNumberField("bytes", figures.bytesReceived() + figures.bytesRemaining());
    json.writeNumberField("bytes-done", figures.bytesReceived());
    json.writeNumberField("bytes-per-second", figures.bytesPerSecond());
    json.writeNumberField("bytes-sent", figures.bytesSent());
    json.writeArrayFieldStart("sources");
    for (var partner : figures.partners()) {
      json.writeStartObject();
      json.writeStringField("node", names.of(partner.node()));
      json.writeNumberField("copies", partner.partitions());
      json.writeNumberField("bytes", partner.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("former-partitions", figures.formerPartitions());
    json.writeNumberField("records-released", figures.recordsReleased());
    json.writeEndObject();
  }
}
