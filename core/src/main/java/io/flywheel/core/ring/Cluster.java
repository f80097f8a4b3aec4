package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as of one epoch: its id, its settings, its members and its ring, durable before a
 * node acts on it.
 *
 * @param settings the fingerprint of the settings that it was formed with and that never change
 * @param records the settings that shape records
 * @param epoch counts what was decided: 1 at formation, one more with every entry of the ring log
 * @param members all that speak for the cluster, also one that is joining
 * @param removed identities that never return
 * @param lost members that are destroyed, and never return either; others are to take their places
 * @param ring the owners, before a change that is under way
 * @param transition the change that is under way, if there is one
 */
public record Cluster(
    long id,
    long settings,
    RecordSettings records,
    long epoch,
    List<Member> members,
    List<NodeId> removed,
    List<NodeId> lost,
    Ring ring,
    @Nullable Transition transition) {
  private static final int FORMAT_VERSION = 3;

  /** Epochs jump to a multiple of it where less than a majority decides. */
  private static final long STRIDE = 1_000;

  /** How many epochs a jump leaves out at least. */
  private static final long LEAST_JUMP = 100;

  /** One that has just been formed. */
  public static Cluster formed(
      long id, long settings, RecordSettings records, List<Member> members, Ring ring) {
    return new Cluster(
        id, settings, records, 1, List.copyOf(members), List.of(), List.of(), ring, null);
  }

  /** Why this entry cannot be the next one; empty when it can. */
  public String objection(LogEntry entry) {
    return switch (entry) {
      case LogEntry.Begin begin -> {
        String urgent = urgent(begin.change());
        yield transition != null
            ? "another change is under way"
            : urgent.isEmpty() ? objection(begin) : urgent;
      }
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
      case LogEntry.Reshape(var next) ->
          transition != null ? "another change is under way" : records.objection(next);
      case LogEntry.Lost(var nodes, var first) -> {
        String objection = first == null ? "" : objection(first);
        yield objection.isEmpty() ? objection(nodes) : objection;
      }
    };
  }

  /** As long as members are lost only others in their places, or none, are taken. */
  private String urgent(RingChange change) {
    return lost.isEmpty() || lost.stream().anyMatch(change::givesUp)
        ? ""
        : "there are members that are lost: these are to be removed or replaced first";
  }

  private String objection(List<NodeId> nodes) {
    for (NodeId node : nodes) {
      if (member(node) == null) {
        return "it is no member";
      }
    }
    var owners = new ArrayList<>(nodes);
    owners.removeIf(node -> !ring.contains(node));
    if (owners.isEmpty()) {
      return "it was only joining: that is undone, and no more is needed";
    }
    if (lost.containsAll(owners)) {
      return "they are known to be lost";
    }
    return votersWithout(nodes).isEmpty() ? "nobody would be left" : "";
  }

  private String objection(LogEntry.Begin begin) {
    return switch (begin.change()) {
      case RingChange.Add(var added) -> {
        String objection = objection(begin.newcomer(), added, null);
        yield objection.isEmpty() ? Placement.objection(ring, begin.change()) : objection;
      }
      case RingChange.Remove(var node) -> objection(begin, node);
      case RingChange.Leave(var node) -> objection(begin, node);
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
      case RingChange.Replicate _ -> Placement.objection(ring, begin.change());
    };
  }

  private String objection(LogEntry.Begin begin, NodeId goes) {
    if (!ring.contains(goes)) {
      return "it is no member";
    }
    return ring.memberCount() <= ring.n()
        ? "the " + ring.n() + " copies of each key need " + ring.n() + " members"
        : Placement.objection(ring, begin.change());
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
    if (entry instanceof LogEntry.Reshape(var reshaped)) {
      return new Cluster(id, settings, reshaped, epoch + 1, members, removed, lost, ring, null);
    }
    if (entry instanceof LogEntry.Begin(var change, var newcomer)) {
      var all = new ArrayList<>(members);
      if (newcomer != null) {
        all.add(newcomer);
      }
      var next = Placement.next(ring, change, lost);
      return next(
          all, removed, ring, new Transition(change, epoch + 1, Phase.JOINING, false, next));
    }
    if (entry instanceof LogEntry.Lost lost) {
      return losing(lost);
    }
    if (present == null) {
      throw new IllegalStateException("refused above");
    }
    return switch (entry) {
      case LogEntry.Begin _, LogEntry.Lost _, LogEntry.Reshape _ ->
          throw new IllegalStateException("dealt with above");
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
    var nextLost = new ArrayList<>(lost);
    nextLost.removeIf(nextRemoved::contains);
    return new Cluster(
        id,
        settings,
        records,
        epoch + 1,
        List.copyOf(nextMembers),
        List.copyOf(nextRemoved),
        List.copyOf(nextLost),
        nextRing,
        nextTransition);
  }

  /**
   * A change goes back that would leave some copies to members that are lost, or that somebody is
   * to join by who is lost as well. So does one whose end may have been decided, as long as none of
   * those who are left has heard of it.
   */
  private Cluster losing(LogEntry.Lost entry) {
    var nextLost = new ArrayList<>(lost);
    nextLost.addAll(entry.nodes());
    var first = entry.first();
    boolean isTooLate = first instanceof LogEntry.Done && strands(this, nextLost);
    var base = first == null || isTooLate ? this : after(first);
    var joining = new ArrayList<>(entry.nodes());
    joining.removeIf(node -> base.ring.contains(node) || base.member(node) == null);
    nextLost.removeIf(node -> !base.ring.contains(node));
    var open = base.transition;
    boolean goesBack = open != null && (!joining.isEmpty() || strands(base, nextLost));
    long next = jumps(entry) ? (epoch + STRIDE + LEAST_JUMP) / STRIDE * STRIDE : epoch + 1;
    return new Cluster(
        id,
        settings,
        base.records,
        next,
        base.members,
        base.removed,
        nextLost.stream().distinct().toList(),
        base.ring,
        open != null && goesBack ? open.goingBack(joining) : open);
  }

  private static boolean strands(Cluster cluster, Collection<NodeId> lost) {
    return cluster.transition != null && cluster.transition.strands(cluster.ring, lost);
  }

  /**
   * Where those who are left are no majority, the others might have gone on, were they not lost.
   * Then two clusters must not have the same epochs: these go on far ahead of the others, so that
   * whoever hears of both follows these.
   */
  private boolean jumps(LogEntry entry) {
    return entry instanceof LogEntry.Lost(var nodes, _)
        && 2 * votersWithout(nodes).size() <= voters().size();
  }

  /**
   * What is to be decided by who wishes for one entry, and finds that another may have been decided
   * before: that one. But where less than a majority decides, nothing may be decided without a
   * jump: then it is both.
   */
  public LogEntry reconciled(LogEntry wish, LogEntry found) {
    return wish instanceof LogEntry.Lost(var nodes, _) && jumps(wish) && !jumps(found)
        ? new LogEntry.Lost(nodes, found)
        : found;
  }

  /** The members a majority of whom decides the next entry. */
  public List<NodeId> voters() {
    return votersWithout(List.of());
  }

  private List<NodeId> votersWithout(List<NodeId> nodes) {
    var voters = new ArrayList<NodeId>();
    for (RingMember member : ring.members()) {
      if (!lost.contains(member.id()) && !nodes.contains(member.id())) {
        voters.add(member.id());
      }
    }
    return voters;
  }

  /** The members that are left when these are lost: all of them have to decide that they are. */
  public List<NodeId> survivors(List<NodeId> nodes) {
    var survivors = new ArrayList<NodeId>();
    for (Member member : members) {
      if (!lost.contains(member.id()) && !nodes.contains(member.id())) {
        survivors.add(member.id());
      }
    }
    return survivors;
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
    records.write(out.i64(id).i64(settings));
    out.varint(epoch).varint(members.size());
    members.forEach(member -> member.write(out));
    LogEntry.write(out, removed);
    LogEntry.write(out, lost);
    ring.write(out);
    out.bool(transition != null);
    if (transition != null) {
      transition.write(out);
    }
  }

  public static Cluster read(ByteReader in) throws MalformedException {
    long id = in.i64();
    long settings = in.i64();
    var records = RecordSettings.read(in);
    long epoch = in.varint();
    int count = in.count(in.remaining());
    var members = new ArrayList<Member>();
    for (int i = 0; i < count; i++) {
      members.add(Member.read(in));
    }
    var removed = LogEntry.readNodes(in);
    var lost = LogEntry.readNodes(in);
    var ring = Ring.read(in);
    var transition = in.bool() ? Transition.read(in) : null;
    return new Cluster(
        id, settings, records, epoch, List.copyOf(members), removed, lost, ring, transition);
  }
}
