package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.antientropy.AntiEntropyFigures;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Member;
import io.flywheel.core.node.EraView;
import io.flywheel.core.node.MemberView;
import io.flywheel.core.node.Prospect;
import io.flywheel.core.node.Standing;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.Reply;
import io.flywheel.server.http.RequestHead;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Locale;

/** {@code /admin/members}: the cluster as this node sees it. */
final class MembersPage {
  private final RequestPort port;
  private final ClusterSettings settings;

  MembersPage(RequestPort port, ClusterSettings settings) {
    this.port = port;
    this.settings = settings;
  }

  Answer show(RequestHead head, Reply reply) {
    var view = port.view();
    return JsonPage.of(
        200,
        reply.allocator(),
        json -> {
          json.writeStringField("cluster", settings.cluster());
          json.writeStringField("cluster-id", hex(view.clusterId()));
          json.writeStringField("node", view.name());
          json.writeStringField("standing", text(view.changes().standing()));
          json.writeNumberField("epoch", view.changes().epoch());
          json.writeBooleanField("serving", view.serving());
          json.writeStringField("waiting-for", view.waitingFor());
          json.writeStringField("r", settings.quorum().reads().toString());
          json.writeStringField("w", settings.quorum().writes().toString());
          json.writeNumberField("hints-waiting", view.counters().hintsWaiting());
          json.writeNumberField("losers", view.losers());
          json.writeBooleanField("disk-full", view.diskFull());
          proven(json, view.antiEntropy());
          eras(json, view.eras());
          var disk = port.diskUse();
          if (disk != null) {
            json.writeNumberField("disk-used-bytes", disk.dataBytes());
            json.writeNumberField("disk-free-bytes", disk.freeBytes());
          }
          json.writeArrayFieldStart("members");
          for (MemberView member : view.members()) {
            write(json, member);
          }
          json.writeEndArray();
          if (view.changes().standing() == Standing.OUTSIDE) {
            met(json, port.prospect());
          }
        });
  }

  /** How long ago the copies here were last seen to equal all others. */
  private static void proven(JsonGenerator json, AntiEntropyFigures figures) throws IOException {
    if (figures.treesOwned() > 0) {
      json.writeNumberField("proven-worst-seconds", figures.provenWorstMillis() / 1_000);
      json.writeNumberField("proven-median-seconds", figures.provenMedianMillis() / 1_000);
    }
  }

  /** How far forgetting has come, and who keeps it from going on. */
  private static void eras(JsonGenerator json, EraView eras) throws IOException {
    json.writeNumberField("era", eras.current());
    json.writeNumberField("closed-era", eras.closed());
    json.writeArrayFieldStart("reaping-held-up-by");
    for (String name : eras.heldUpBy()) {
      json.writeString(name);
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, MemberView view) throws IOException {
    var member = view.member();
    json.writeStartObject();
    json.writeStringField("id", member.id().toString());
    json.writeStringField("name", member.name());
    json.writeStringField("state", view.state().name().toLowerCase(Locale.ROOT));
    json.writeStringField("reason", view.reason());
    json.writeStringField("client", member.clientAddress());
    json.writeStringField("peer", member.peerAddress());
    json.writeStringField("datacenter", member.zone().datacenter());
    json.writeStringField("rack", member.zone().rack());
    json.writeNumberField("weight", member.weight());
    if (view.silentMillis() < 0) {
      json.writeNullField("silent-ms");
    } else {
      json.writeNumberField("silent-ms", view.silentMillis());
    }
    json.writeNumberField("phi", Math.round(view.phi() * 100) / 100.0);
    json.writeNumberField("clock-skew-ms", view.skewMillis());
    json.writeNumberField("era", view.era());
    json.writeNumberField("settled", view.settled());
    json.writeEndObject();
  }

  /** The members of the cluster that this node could join. */
  private static void met(JsonGenerator json, Prospect prospect) throws IOException {
    json.writeArrayFieldStart("met");
    var cluster = prospect.met();
    if (cluster != null) {
      for (Member member : cluster.members()) {
        json.writeStartObject();
        json.writeStringField("name", member.name());
        json.writeStringField("client", member.clientAddress());
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private static String text(Standing standing) {
    return standing.name().toLowerCase(Locale.ROOT);
  }

  static String hex(long value) {
    return HexFormat.of().toHexDigits(value);
  }
}
