package io.flywheel.server.admin;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.MemberView;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.node.Prospect;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.Forecast;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingMember;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.ProblemType;
import io.flywheel.server.http.Reply;
import io.flywheel.server.runtime.RequestPort;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a change before it is begun: refuses what cannot be, with what to do instead, and tells
 * what it would do. The members judge once more when they decide; what they find then counts.
 */
final class Preview {
  private final RequestPort port;

  Preview(RequestPort port) {
    this.port = port;
  }

  /** A change that nothing speaks against, as far as this node knows. */
  record Foretold(
      Ring before,
      RingChange change,
      Names names,
      List<NodeId> down,
      List<NodeId> lost,
      long copyBytes) {}

  Foretold of(WantedChange wanted) throws ProblemException {
    var view = port.view();
    return switch (wanted.kind()) {
      case JOIN, REPLACE -> ofNewcomer(wanted, view);
      default -> ofMember(wanted, view);
    };
  }

  Answer answer(Foretold foretold, Reply reply) throws ProblemException {
    Ring after;
    try {
      after = Placement.next(foretold.before(), foretold.change(), foretold.lost());
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
    long bytes = foretold.copyBytes();
    var forecast = Forecast.of(foretold.before(), after, foretold.down(), _ -> bytes);
    return JsonPage.of(
        200,
        reply.allocator(),
        json -> {
          var text = new ChangeText(json, foretold.names());
          json.writeObjectFieldStart("change");
          text.write(foretold.change());
          json.writeEndObject();
          json.writeObjectFieldStart("forecast");
          text.write(forecast, bytes, port.transferBytesPerSecond());
          json.writeEndObject();
        });
  }

  private Foretold ofMember(WantedChange wanted, NodeView view) throws ProblemException {
    Ring ring = view.ring();
    if (ring == null) {
      throw new ProblemException(ProblemType.UNAVAILABLE, "this node belongs to no cluster yet");
    }
    var open = view.changes().change();
    if (open != null) {
      throw refused("the ring is changing already; wait for the end of that, or undo it");
    }
    var names = new Names(view);
    RingChange change =
        switch (wanted.kind()) {
          case LEAVE -> new RingChange.Leave(view.id());
          case REMOVE -> new RingChange.Remove(dead(wanted.node(), view));
          case REPLICATION -> new RingChange.Replicate(wanted.copies());
          default -> new RingChange.Reweigh(named(wanted.node(), view).id(), wanted.weight());
        };
    boolean isLess = change instanceof RingChange.Remove || change instanceof RingChange.Leave;
    if (isLess && ring.members().size() <= ring.n()) {
      throw refused(
          "the %d copies of each key need %d members, and there are no more; add one first"
              .formatted(ring.n(), ring.n()));
    }
    var lost = new TreeSet<NodeId>(view.changes().lost());
    for (String name : wanted.lost()) {
      lost.add(dead(name, view));
    }
    return new Foretold(
        ring, change, names, down(view), List.copyOf(lost), copyBytes(wanted, view));
  }

  private Foretold ofNewcomer(WantedChange wanted, NodeView view) throws ProblemException {
    if (view.ring() != null) {
      throw refused(view.name() + " is a member already");
    }
    Prospect prospect = port.prospect();
    Cluster met = prospect.met();
    if (met == null) {
      throw new ProblemException(
          ProblemType.UNAVAILABLE,
          "no member of a cluster has answered yet: its seeds must be running members");
    }
    Member self = prospect.self();
    var asMember = new RingMember(self.id(), self.zone(), self.weight());
    var names = new Names(view);
    met.members().forEach(names::know);
    if (wanted.kind() == WantedChange.Kind.JOIN) {
      return new Foretold(
          met.ring(),
          new RingChange.Add(asMember),
          names,
          met.lost(),
          met.lost(),
          wanted.copyBytes());
    }
    Member old = met.named(wanted.node());
    if (old == null) {
      throw noSuchMember(wanted.node(), met.members().stream().map(Member::name).toList());
    }
    var lost = new TreeSet<NodeId>(met.lost());
    for (String name : wanted.lost()) {
      Member member = met.named(name);
      if (member == null) {
        throw noSuchMember(name, met.members().stream().map(Member::name).toList());
      }
      lost.add(member.id());
    }
    var down = new TreeSet<NodeId>(lost);
    down.add(old.id());
    return new Foretold(
        met.ring(),
        new RingChange.Replace(old.id(), asMember),
        names,
        List.copyOf(down),
        List.copyOf(lost),
        wanted.copyBytes());
  }

  /** Only who is known to be down is given up: one that lives is to leave by itself. */
  private static NodeId dead(String name, NodeView view) throws ProblemException {
    MemberView member = view(name, view);
    if (member.state() == Liveness.SUSPECT) {
      throw refused(name + " is not known to be down yet; ask again in some seconds");
    }
    if (member.state() != Liveness.DOWN) {
      throw refused(
          name
              + " is alive; only a member that is down is removed, one that runs leaves: flywheel"
              + " leave --node "
              + member.member().clientAddress());
    }
    return member.member().id();
  }

  private static Member named(String name, NodeView view) throws ProblemException {
    return view(name, view).member();
  }

  private static MemberView view(String name, NodeView view) throws ProblemException {
    var names = new ArrayList<String>();
    for (MemberView member : view.members()) {
      if (member.member().name().equals(name)) {
        return member;
      }
      names.add(member.member().name());
    }
    throw noSuchMember(name, names);
  }

  private static ProblemException noSuchMember(String name, List<String> members) {
    return refused("there is no member " + name + "; there are " + String.join(", ", members));
  }

  private static List<NodeId> down(NodeView view) {
    var down = new ArrayList<NodeId>();
    for (MemberView member : view.members()) {
      if (member.state() == Liveness.DOWN) {
        down.add(member.member().id());
      }
    }
    return down;
  }

  /** What this node has on its disk, divided by the copies that it holds. */
  private long copyBytes(WantedChange wanted, NodeView view) {
    Ring ring = view.ring();
    if (wanted.copyBytes() > 0 || ring == null) {
      return wanted.copyBytes();
    }
    var disk = port.diskUse();
    @Nullable Integer copies = ring.ownership().get(view.id());
    return disk == null || copies == null || copies == 0 ? 0 : disk.dataBytes() / copies;
  }

  private static ProblemException refused(String reason) {
    return new ProblemException(ProblemType.CHANGE_REFUSED, reason);
  }
}
