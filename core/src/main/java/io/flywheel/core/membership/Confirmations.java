package io.flywheel.core.membership;

import io.flywheel.core.model.Claim;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Phase;
import io.flywheel.core.ring.RingChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has come how far with a change, by what members claim. A member that claims an epoch has that
 * epoch's cluster on its disk and acts on it, and never goes back; so what is confirmed once stays
 * confirmed. No entry is proposed before everybody has confirmed the present epoch: so no two
 * members are more than one apart. A member that is given up for dead is not waited for, nor is a
 * newcomer that is sent away again: others refuse what they say with an epoch too old. One that
 * leaves is waited for to the end: it has what nobody else may have.
 *
 * <p>A member that dies in the middle of a change about others would keep it open for ever. The
 * change is undone without it then. As long as nobody was READY that is safe even if it lives: on
 * the way back all read the owners before, as it does, and write at least to them. Or an operator
 * says that it is lost: it is not waited for in any phase, as it never has a say again.
 */
public final class Confirmations {
  private final MembershipTable table;

  public Confirmations(MembershipTable table) {
    this.table = table;
  }

  /** The members without whose confirmation this entry must not be proposed. */
  public List<NodeId> missing(Cluster cluster, LogEntry entry) {
    var missing = new ArrayList<NodeId>();
    for (Member member : cluster.members()) {
      if (!isExcused(cluster, entry, member.id())
          && table.claim(member.id()).epoch() < cluster.epoch()) {
        missing.add(member.id());
      }
    }
    return missing;
  }

  /** The members that do not claim to have all that they gain by the change that is open. */
  public List<NodeId> notCaughtUp(Cluster cluster, LogEntry entry) {
    var missing = new ArrayList<NodeId>();
    for (Member member : cluster.members()) {
      var claim = table.claim(member.id());
      boolean caughtUp = claim.epoch() == cluster.epoch() && claim.says(Claim.CAUGHT_UP);
      if (!isExcused(cluster, entry, member.id()) && !caughtUp) {
        missing.add(member.id());
      }
    }
    return missing;
  }

  /** The entry that follows by itself when all is done for it; null where no change is open. */
  public static @Nullable LogEntry following(Cluster cluster) {
    var open = cluster.transition();
    if (open == null) {
      return null;
    }
    return open.phase() == Phase.READY || open.undone()
        ? new LogEntry.Done()
        : new LogEntry.Ready();
  }

  /** Whether everything is done for this entry. */
  public boolean allow(Cluster cluster, LogEntry entry) {
    return missing(cluster, entry).isEmpty()
        && (!(entry instanceof LogEntry.Ready) || notCaughtUp(cluster, entry).isEmpty());
  }

  private static boolean isExcused(Cluster cluster, LogEntry entry, NodeId node) {
    var open = cluster.transition();
    RingChange change =
        entry instanceof LogEntry.Begin begin
            ? begin.change()
            : open == null ? null : open.change();
    boolean undone = entry instanceof LogEntry.Undo || (open != null && open.undone());
    boolean givenUp =
        cluster.lost().contains(node)
            || (entry instanceof LogEntry.Lost(var lost, _) && lost.contains(node))
            || (entry instanceof LogEntry.Undo(var gone) && gone.contains(node))
            || (open != null && open.givenUp().contains(node));
    if (givenUp) {
      return true;
    }
    if (change == null) {
      return false;
    }
    if (change.givesUp(node)) {
      return true;
    }
    return undone
        && switch (change) {
          case RingChange.Add(var newcomer) -> newcomer.id().equals(node);
          case RingChange.Replace(_, var newcomer) -> newcomer.id().equals(node);
          case RingChange.Remove _,
              RingChange.Leave _,
              RingChange.Reweigh _,
              RingChange.Replicate _ ->
              false;
        };
  }
}
