package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.handoff.Transfers;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;
import io.flywheel.core.node.ChangeView;
import io.flywheel.core.ring.Forecast;
import io.flywheel.core.ring.Phase;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingDiff;
import io.flywheel.core.ring.Transition;
import java.io.IOException;
import java.util.List;

/** Writes down changes of the ring: what is under way, and what would be. */
final class ChangeText {
  private final JsonGenerator json;
  private final Names names;

  ChangeText(JsonGenerator json, Names names) {
    this.json = json;
    this.names = names;
  }

  /** Writes the members of an object about a change that is under way. */
  void write(Ring before, ChangeView view) throws IOException {
    Transition transition = view.transition();
    write(transition.change());
    json.writeStringField("phase", phase(transition));
    json.writeNumberField("began", transition.began());
    writeNames("unconfirmed", view.unconfirmed());
    writeNames("not-caught-up", view.notCaughtUp());
    var diff = RingDiff.between(before, transition.next());
    json.writeNumberField("partitions", diff.moved().size());
    json.writeNumberField("copies", diff.copies());
  }

  private static String phase(Transition transition) {
    if (transition.undone()) {
      return "undoing";
    }
    return transition.phase() == Phase.JOINING ? "joining" : "ready";
  }

  /** Writes what kind of change it is, and of whom. */
  void write(RingChange change) throws IOException {
    switch (change) {
      case RingChange.Add(var member) -> write("join", member.id());
      case RingChange.Remove(var node) -> write("remove", node);
      case RingChange.Leave(var node) -> write("leave", node);
      case RingChange.Replace(var old, var by) -> {
        write("replace", by.id());
        json.writeStringField("replaces", names.of(old));
        json.writeStringField("replaces-id", old.toString());
      }
      case RingChange.Reweigh(var node, var weight) -> {
        write("weight", node);
        json.writeNumberField("weight", weight);
      }
      case RingChange.Replicate(var replication) -> {
        json.writeStringField("kind", "replication");
        write(json, replication);
      }
    }
  }

  /** Writes down how many copies there are, as a member of the same form as in a configuration. */
  static void write(JsonGenerator json, Replication replication) throws IOException {
    json.writeObjectFieldStart("replication");
    if (!replication.isByDatacenter()) {
      json.writeNumberField("n", replication.n());
    }
    for (var entry : replication.byDatacenter().entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  private void write(String kind, NodeId node) throws IOException {
    json.writeStringField("kind", kind);
    json.writeStringField("node", names.of(node));
    json.writeStringField("id", node.toString());
  }

  private void writeNames(String field, List<NodeId> nodes) throws IOException {
    json.writeArrayFieldStart(field);
    for (NodeId node : nodes) {
      json.writeString(names.of(node));
    }
    json.writeEndArray();
  }

  /** Writes the members of an object about what would be. */
  void write(Forecast forecast, long copyBytes, long limitBytesPerSecond) throws IOException {
    json.writeNumberField("copies", forecast.copiesMoved());
    json.writeNumberField("least-copies", forecast.copiesAtLeast());
    json.writeNumberField("copy-bytes", copyBytes);
    json.writeNumberField("fetch-bytes", forecast.fetchedBytes());
    json.writeNumberField("limit-bytes-per-second", limitBytesPerSecond);
    json.writeNumberField(
        "seconds", forecast.seconds(limitBytesPerSecond, Transfers.LEAST_COPY_BYTES));
    json.writeArrayFieldStart("nodes");
    for (var share : forecast.shares()) {
      json.writeStartObject();
      json.writeStringField("name", names.of(share.node()));
      json.writeStringField("id", share.node().toString());
      json.writeNumberField("copies", share.copiesBefore());
      json.writeNumberField("gains", share.copiesGained());
      json.writeNumberField("loses", share.copiesLost());
      json.writeNumberField("gain-bytes", share.gainedBytes());
      json.writeNumberField("lose-bytes", share.lostBytes());
      json.writeNumberField("fetch-bytes", share.fetchedBytes());
      json.writeNumberField("peak-extra-bytes", share.peakExtraBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("crowded");
    for (var crowding : forecast.crowdings()) {
      json.writeStartObject();
      json.writeStringField("datacenter", crowding.zone().datacenter());
      if (!crowding.whole()) {
        json.writeStringField("rack", crowding.zone().rack());
      }
      json.writeNumberField("before", crowding.before());
      json.writeNumberField("after", crowding.after());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("partitions-by-living");
    for (int partitions : forecast.partitionsByLiving()) {
      json.writeNumber(partitions);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("if-one-fails");
    for (var exposure : forecast.exposures()) {
      json.writeStartObject();
      json.writeStringField("name", names.of(exposure.failed()));
      json.writeArrayFieldStart("partitions-by-copies");
      for (int partitions : exposure.partitionsByCopies()) {
        json.writeNumber(partitions);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
