package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.node.RingOrder;
import io.flywheel.server.config.ChoiceText;
import io.flywheel.server.config.DurationText;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * {@code /admin/namespaces}: a GET shows the namespaces that this node knows of, a POST makes one,
 * or has one changed, for the whole cluster.
 */
final class NamespacesEndpoint extends ChangeablePage {
  private static final int MOST_BODY_BYTES = 4_096;

  private final RequestPort port;

  NamespacesEndpoint(RequestPort port) {
    super(MOST_BODY_BYTES);
    this.port = port;
  }

  @Override
  void show(RequestHead head, Reply reply) throws ProblemException {
    var shared = SharedSettings.of(port);
    reply.send(
        shared.answer(
            reply,
            json -> {
              json.writeArrayFieldStart("namespaces");
              for (NamespaceSettings namespace : shared.records().namespaces().values()) {
                write(json, namespace);
              }
              json.writeEndArray();
            }));
  }

  @Override
  void change(Bytes body, Reply reply) throws ProblemException {
    var wanted = WantedNamespace.parse(body);
    var shared = SharedSettings.of(port);
    var before = shared.records().namespace(wanted.name());
    var namespace = wanted.on(shared.records());
    shared.change(
        wanted.dryRun(),
        shared.records().objection(namespace, wanted.isNew()),
        new RingOrder.DeclareNamespace(namespace, wanted.isNew()),
        reply,
        json -> write(json, before, namespace));
  }

  private static void write(
      JsonGenerator json, @Nullable NamespaceSettings before, NamespaceSettings after)
      throws IOException {
    if (before == null) {
      json.writeNullField("before");
    } else {
      json.writeFieldName("before");
      write(json, before);
    }
    json.writeFieldName("namespace");
    write(json, after);
  }

  private static void write(JsonGenerator json, NamespaceSettings namespace) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", namespace.name());
    json.writeStringField("conflicts", ChoiceText.of(namespace.conflicts()));
    json.writeStringField("overflow", ChoiceText.of(namespace.overflow()));
    json.writeStringField("blind-writes", ChoiceText.of(namespace.blindWrites()));
    if (namespace.ttlMillis() == 0) {
      json.writeNullField("ttl");
    } else {
      json.writeStringField("ttl", DurationText.of(namespace.ttlMillis()));
    }
    json.writeEndObject();
  }
}
