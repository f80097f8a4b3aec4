package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingMember;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.ProblemType;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;

/**
 * {@code /admin/ring}: who owns how much, by the ring that is read, and the change that is under
 * way; with {@code ?full} also the replicas of every partition, in the order of their preference
 * lists. The epoch counts what was decided, so it tells any two states of the ring apart.
 */
final class RingPage {
  private final RequestPort port;

  RingPage(RequestPort port) {
    this.port = port;
  }

  Answer show(RequestHead head, Reply reply) throws ProblemException {
    var view = port.view();
    Ring ring = view.readRing();
    if (ring == null) {
      throw new ProblemException(ProblemType.UNAVAILABLE, "the cluster is not formed yet");
    }
    String query = head.query();
    boolean full = query != null && (query.equals("full") || query.equals("full=true"));
    var names = new Names(view);
    return JsonPage.of(
        200,
        reply.allocator(),
        json -> {
          json.writeNumberField("epoch", view.changes().epoch());
          json.writeStringField("digest", MembersPage.hex(ring.digest()));
          json.writeNumberField("partitions", ring.partitions());
          json.writeNumberField("n", ring.n());
          ChangeText.write(json, ring.replication());
          writeMembers(json, ring, names);
          writeChange(json, view, names);
          if (full) {
            writeReplicas(json, ring, names);
          }
        });
  }

  private static void writeMembers(JsonGenerator json, Ring ring, Names names) throws IOException {
    var copies = ring.ownership();
    var coordinated = ring.coordinators();
    json.writeArrayFieldStart("members");
    for (RingMember member : ring.members()) {
      int held = copies.getOrDefault(member.id(), 0);
      json.writeStartObject();
      json.writeStringField("id", member.id().toString());
      json.writeStringField("name", names.of(member.id()));
      json.writeStringField("datacenter", member.zone().datacenter());
      json.writeStringField("rack", member.zone().rack());
      json.writeNumberField("weight", member.weight());
      json.writeNumberField("copies", held);
      json.writeNumberField("coordinates", coordinated.getOrDefault(member.id(), 0));
      double share = (double) held / ((long) ring.partitions() * ring.n());
      json.writeNumberField("share", Math.round(share * 10_000) / 10_000.0);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** What is under way; null where the ring rests. */
  static void writeChange(JsonGenerator json, NodeView view, Names names) throws IOException {
    var change = view.changes().change();
    Ring before = view.ring();
    if (change == null || before == null) {
      json.writeNullField("change");
      return;
    }
    json.writeObjectFieldStart("change");
    new ChangeText(json, names).write(before, change);
    json.writeEndObject();
  }

  private static void writeReplicas(JsonGenerator json, Ring ring, Names names) throws IOException {
    json.writeArrayFieldStart("replicas");
    for (int i = 0; i < ring.partitions(); i++) {
      json.writeStartArray();
      for (NodeId replica : ring.replicas(new Partition(i))) {
        json.writeString(names.of(replica));
      }
      json.writeEndArray();
    }
    json.writeEndArray();
  }
}
