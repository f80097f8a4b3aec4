package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Timestamp;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.Token;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down where a key belongs and what each of its replicas holds. */
final class Explanation {
  private final JsonGenerator json;
  private final Names names;

  private Explanation(JsonGenerator json, Names names) {
    this.json = json;
    this.names = names;
  }

  static void write(JsonGenerator json, Key key, NodeView view, List<Outcome.Holding> holdings)
      throws IOException {
    var explanation = new Explanation(json, new Names(view));
    explanation.place(key, view.ring());
    explanation.replicas(holdings);
    json.writeNumberField("hints-waiting", 0);
    json.writeNullField("last-proven");
  }

  private void place(Key key, @Nullable Ring ring) throws IOException {
    json.writeStringField("namespace", key.namespace());
    json.writeStringField("key", key.bytes().toUtf8());
    json.writeStringField("key-hex", key.bytes().toHex());
    json.writeStringField("token", Token.of(key).toString());
    if (ring == null) {
      return;
    }
    Partition partition = ring.partition(key);
    json.writeNumberField("partition", partition.index());
    json.writeNumberField("partitions", ring.partitions());
    json.writeNumberField("epoch", ring.epoch());
    json.writeArrayFieldStart("preference-list");
    for (NodeId node : ring.replicas(partition)) {
      json.writeString(names.of(node));
    }
    json.writeEndArray();
  }

  private void replicas(List<Outcome.Holding> holdings) throws IOException {
    json.writeArrayFieldStart("replicas");
    for (Outcome.Holding holding : holdings) {
      json.writeStartObject();
      json.writeStringField("node", names.of(holding.node()));
      json.writeStringField("id", holding.node().toString());
      json.writeBooleanField("primary", holding.primary());
      json.writeStringField("note", holding.note());
      Siblings siblings = holding.siblings();
      if (siblings == null) {
        json.writeBooleanField("answered", false);
      } else {
        json.writeBooleanField("answered", true);
        record(siblings);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void record(Siblings siblings) throws IOException {
    json.writeArrayFieldStart("siblings");
    for (Sibling sibling : siblings.living()) {
      json.writeStartObject();
      dot(sibling.dot());
      json.writeBooleanField("tombstone", sibling.tombstone());
      json.writeNumberField("value-bytes", sibling.value().length());
      json.writeStringField("content-type", sibling.contentType());
      if (sibling.expiryMillis() == Sibling.NEVER) {
        json.writeNullField("expires-at");
      } else {
        json.writeStringField("expires-at", time(sibling.expiryMillis()));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("context");
    dots("vector", siblings.context().vector().newestDots());
    dots("dots", siblings.context().dots());
    json.writeEndObject();
    json.writeArrayFieldStart("requests");
    for (AppliedRequest request : siblings.requests()) {
      json.writeStartObject();
      json.writeStringField("id", request.id().toString());
      dot(request.dot());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void dots(String name, List<Dot> dots) throws IOException {
    json.writeArrayFieldStart(name);
    for (Dot dot : dots) {
      json.writeStartObject();
      dot(dot);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** A write: which life of a node made it, since when that has written the key, and when. */
  private void dot(Dot dot) throws IOException {
    Actor actor = dot.actor();
    json.writeStringField("dot", dot.toString());
    var writer = names.ofLife(actor);
    if (writer != null) {
      json.writeStringField("written-by", writer);
    }
    json.writeStringField("incarnation", MembersPage.hex(actor.incarnation()));
    json.writeStringField("born-at", time(Timestamp.millis(actor.birth())));
    json.writeStringField("written-at", time(Timestamp.millis(dot.stamp())));
    json.writeNumberField("counter", Timestamp.counter(dot.stamp()));
  }

  private static String time(long wallMillis) {
    return Instant.ofEpochMilli(wallMillis).toString();
  }
}
