package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.Token;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.io.IOException;
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

  static void write(JsonGenerator json, Key key, NodeView view, Outcome.Explained explained)
      throws IOException {
    var explanation = new Explanation(json, new Names(view));
    var holdings = explained.holdings();
    explanation.place(key, view.ring(), view.changes().epoch());
    explanation.replicas(holdings);
    int waiting = 0;
    for (Outcome.Holding holding : holdings) {
      waiting += holding.owed().size();
    }
    json.writeNumberField("hints-waiting", waiting);
    if (explained.provenMillisAgo() == Outcome.Explained.UNPROVEN) {
      json.writeNullField("last-proven");
    } else {
      json.writeStringField("last-proven", explained.provenMillisAgo() / 1000 + " s ago");
    }
  }

  private void place(Key key, @Nullable Ring ring, long epoch) throws IOException {
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
    json.writeNumberField("epoch", epoch);
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
      json.writeNumberField("era", holding.era());
      json.writeArrayFieldStart("owed");
      for (NodeId owner : holding.owed()) {
        json.writeString(names.of(owner));
      }
      json.writeEndArray();
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
      DotText.write(json, names, sibling.dot());
      json.writeBooleanField("tombstone", sibling.tombstone());
      json.writeNumberField("value-bytes", sibling.value().length());
      json.writeStringField("content-type", sibling.contentType());
      DotText.expiry(json, sibling);
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
      DotText.write(json, names, request.dot());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void dots(String name, List<Dot> dots) throws IOException {
    json.writeArrayFieldStart(name);
    for (Dot dot : dots) {
      json.writeStartObject();
      DotText.write(json, names, dot);
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
