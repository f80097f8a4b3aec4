package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Limits;
import io.flywheel.core.node.RingOrder;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;

/**
 * {@code /admin/limits}: a GET shows what writes are held to, a POST such as {@code {"value":
 * 4194304}} changes it for the whole cluster, with {@code "dry-run": true} only by the word.
 */
final class LimitsEndpoint extends ChangeablePage {
  private static final int MOST_BODY_BYTES = 4_096;

  private final RequestPort port;

  LimitsEndpoint(RequestPort port) {
    super(MOST_BODY_BYTES);
    this.port = port;
  }

  @Override
  void show(RequestHead head, Reply reply) throws ProblemException {
    var page = SharedSettings.of(port);
    reply.send(page.answer(reply, json -> write(json, "limits", page.records().limits())));
  }

  @Override
  void change(Bytes body, Reply reply) throws ProblemException {
    var shared = SharedSettings.of(port);
    var before = shared.records().limits();
    var wanted = new Wanted(before);
    JsonMembers.read(body, "{\"value\": 4194304}", wanted::take);
    var limits = wanted.limits();
    shared.change(
        wanted.dryRun,
        shared.records().objection(shared.records().with(limits)),
        new RingOrder.SetLimits(limits),
        reply,
        json -> {
          write(json, "before", before);
          write(json, "limits", limits);
        });
  }

  private static final class Wanted {
    private int valueBytes;
    private int siblings;
    private int objectBytes;
    private boolean dryRun;

    Wanted(Limits before) {
      valueBytes = before.valueBytes();
      siblings = before.siblings();
      objectBytes = before.objectBytes();
    }

    void take(String name, JsonMembers value) throws IOException, ProblemException {
      switch (name) {
        case "value" -> valueBytes = number(value);
        case "siblings" -> siblings = number(value);
        case "object" -> objectBytes = number(value);
        case "dry-run" -> dryRun = value.flag();
        default ->
            throw JsonMembers.malformed("the members are value, siblings, object and dry-run");
      }
    }

    /** What is beyond all limits of limits is refused as what it is, by who knows them. */
    private static int number(JsonMembers value) throws IOException, ProblemException {
      return (int) Math.min(Integer.MAX_VALUE, value.number());
    }

    Limits limits() {
      return new Limits(valueBytes, siblings, objectBytes);
    }
  }

  private static void write(JsonGenerator json, String name, Limits limits) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("value", limits.valueBytes());
    json.writeNumberField("siblings", limits.siblings());
    json.writeNumberField("object", limits.objectBytes());
    json.writeEndObject();
  }
}
