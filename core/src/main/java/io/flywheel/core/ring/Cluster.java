package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as of one epoch: its id, its members and its ring, durable before a node acts on it.
 *
 * @param settings the fingerprint of the settings that it was formed with
 * @param epoch counts what was decided: 1 at formation, one more with every entry of the ring log
 * @param members all that speak for the cluster, also one that is joining
 * @param removed identities that never return
 * @param ring the owners, before a change that is under way
 * @param transition the change that is under way, if there is one
 */
public record Cluster(
    long id,
    long settings,
    long epoch,
    List<Member> members,
    List<NodeId> removed,
    Ring ring,
    @Nullable Transition transition) {
  private static final int FORMAT_VERSION = 2;

  /** One that has just been formed. */
  public static Cluster formed(long id, long settings, List<Member> members, Ring ring) {
    return new Cluster(id, settings, 1, List.copyOf(members), List.of(), ring, null);
  }

  /** Why this entry cannot be the next one; empty when it can. */
  public String objection(LogEntry entry) {
    return switch (entry) {
      case LogEntry.Begin begin ->
          transition != null ? "another change is under way" : objection(begin);
      case LogEntry.Ready _ ->
          transition != null && transition.phase() == Phase.JOINING && !transition.undone()
              ? ""
              : "no copies are on their way";
      case LogEntry.Done _ ->
          transition != null && (transition.phase() == Phase.READY || transition.undone())
              ? ""
              : "no change is ready";
      case LogEntry.Undo(var givenUp) ->
          transition != null && (!transition.undone() || !transition.givenUp().containsAll(givenUp))
              ? ""
              : "no change is under way";
    };
  }

  private String objection(LogEntry.Begin begin) {
    return switch (begin.change()) {
      case RingChange.Add(var added) -> {
        String objection = objection(begin.newcomer(), added, null);
        yield objection.isEmpty() ? Placement.objection(ring, begin.change()) : objection;
      }
      case RingChange.Remove(var node) -> {
        if (!ring.contains(node)) {
          yield "it is no member";
        }
        yield ring.memberCount() <= ring.n()
            ? "the " + ring.n() + " copies of each key need " + ring.n() + " members"
            : Placement.objection(ring, begin.change());
      }
      case RingChange.Replace(var old, var by) -> {
        if (!ring.contains(old)) {
          yield "it is no member";
        }
        String objection = objection(begin.newcomer(), by, old);
        yield objection.isEmpty() ? Placement.objection(ring, begin.change()) : objection;
      }
      case RingChange.Reweigh(var node, var weight) -> {
        boolean inBounds = weight >= 1 && weight <= Member.MAX_WEIGHT;
        yield !inBounds
            ? "a weight is 1 to " + Member.MAX_WEIGHT
            : ring.contains(node) ? "" : "it is no member";
      }
    };
  }

  private String objection(
      @Nullable Member newcomer, RingMember owner, @Nullable NodeId inPlaceOf) {
    var id = owner.id();
    if (newcomer == null
        || !newcomer.id().equals(id)
        || !newcomer.zone().equals(owner.zone())
        || newcomer.weight() != owner.weight()) {
      return "nothing is known of the new member";
    }
    if (member(id) != null) {
      return newcomer.name() + " is a member already";
    }
    if (removed.contains(id)) {
      return "the identity of this data directory was removed: start with an empty one";
    }
    var namesake = named(newcomer.name());
    return namesake != null && !namesake.id().equals(inPlaceOf)
        ? "the name " + newcomer.name() + " belongs to another member"
        : "";
  }

  /**
   * The cluster of the next epoch.
   *
   * @throws IllegalArgumentException if there is an {@link #objection}
   */
  public Cluster after(LogEntry entry) {
    String objection = objection(entry);
    if (!objection.isEmpty()) {
      throw new IllegalArgumentException(objection);
    }
    var present = transition;
    if (entry instanceof LogEntry.Begin(var change, var newcomer)) {
      var all = new ArrayList<>(members);
      if (newcomer != null) {
        all.add(newcomer);
      }
      var next = Placement.next(ring, change);
      return next(
          all, removed, ring, new Transition(change, epoch + 1, Phase.JOINING, false, next));
    }
    if (present == null) {
      throw new IllegalStateException("refused above");
    }
    return switch (entry) {
      case LogEntry.Begin _ -> throw new IllegalStateException("dealt with above");
      case LogEntry.Ready _ -> next(members, removed, ring, present.ready());
      case LogEntry.Undo(var givenUp) -> next(members, removed, ring, present.goingBack(givenUp));
      case LogEntry.Done _ -> settle(present);
    };
  }

  private Cluster next(
      List<Member> nextMembers,
      List<NodeId> nextRemoved,
      Ring nextRing,
      @Nullable Transition nextTransition) {
    return new Cluster(
        id,
        settings,
        epoch + 1,
        List.copyOf(nextMembers),
        List.copyOf(nextRemoved),
        nextRing,
        nextTransition);
  }

  /** Whoever is in neither the ring that stays nor on its way into it is removed for good. */
  private Cluster settle(Transition over) {
    var stays = over.undone() ? ring : over.next();
    var left = new ArrayList<Member>();
    var gone = new ArrayList<>(removed);
    for (Member member : members) {
      var inRing = stays.member(member.id());
      if (inRing == null) {
        gone.add(member.id());
      } else {
        left.add(member.weighing(inRing.weight()));
      }
    }
    return next(left, gone, stays, null);
  }

  public Ownership ownership() {
    return new Ownership(epoch, ring, transition);
  }

  public @Nullable Member member(NodeId id) {
    for (Member member : members) {
      if (member.id().equals(id)) {
        return member;
      }
    }
    return null;
  }

  /** Whose name it is; of two of which one takes the other's place, the new one. */
  public @Nullable Member named(String name) {
    Member found = null;
    for (Member member : members) {
      if (member.name().equals(name)) {
        found = member;
      }
    }
    return found;
  }

  public Bytes encode() {
    var out = new ByteWriter();
    write(out.u8(FORMAT_VERSION));
    return out.checksumFrom(0).toBytes();
  }

  public static Cluster decode(Bytes bytes) throws MalformedException {
    var in = new ByteReader(bytes.array());
    if (in.u8() != FORMAT_VERSION) {
      throw new MalformedException("a cluster of an unknown format");
    }
    var cluster = read(in);
    in.verifyChecksumFrom(0);
    in.end();
    return cluster;
  }

  /** For a message: without format and checksum. */
  public void write(ByteWriter out) {
    out.i64(id).i64(settings).varint(epoch).varint(members.size());
    members.forEach(member -> member.write(out));
    out.varint(removed.size());
    removed.forEach(node -> out.i64(node.value()));
    ring.write(out);
    out.bool(transition != null);
    if (transition != null) {
      transition.write(out);
    }
  }

  public static Cluster read(ByteReader in) throws MalformedException {
    long id = in.i64();
    long settings = in.i64();
    long epoch = in.varint();
    int count = in.count(in.remaining());
    var members = new ArrayList<Member>();
    for (int i = 0; i < count; i++) {
      members.add(Member.read(in));
    }
    int removedCount = in.count(in.remaining() / Long.BYTES);
    var removed = new ArrayList<NodeId>();
    for (int i = 0; i < removedCount; i++) {
      removed.add(new NodeId(in.i64()));
    }
    var ring = Ring.read(in);
    var transition = in.bool() ? Transition.read(in) : null;
    return new Cluster(
        id, settings, epoch, List.copyOf(members), List.copyOf(removed), ring, transition);
  }
}
