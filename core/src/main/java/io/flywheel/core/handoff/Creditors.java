package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import java.util.ArrayList;
import java.util.List;

/** Who is to be paid in the end what an owner is owed. */
final class Creditors {
  private Creditors() {}

  /** Whether others own the partition in its place, or will: who is lost owns nothing for long. */
  static boolean loses(Peers present, NodeId owner, Partition partition) {
    return present.isLost(owner) || !present.ownership().lastingOwners(partition).contains(owner);
  }

  /**
   * Those who have to have it before nothing is owed any more. That is whoever owns the partition
   * by now: all of its owners where the creditor is none, as the ring has changed; and where it is
   * changing, those who are to own it as well, or what was paid would be missing when these are
   * read; where an owner gives up one of too many copies, all who stay. Of those who take another's
   * place only who lives is waited for, and nobody of those who never come back. What one of these
   * is owed is for all others: whoever takes its place copies them. Where none is left it is kept
   * until there is one, and the change that brings one may not be undone any more.
   */
  static List<NodeId> of(Peers present, Key key, NodeId creditor, long nowMillis) {
    boolean loses = loses(present, creditor, present.ring().partition(key));
    var owners = new ArrayList<>(present.writers(key));
    if (dependsOnChange(present, key, nowMillis)) {
      owners.remove(present.self());
      return owners; // with those who never answer
    }
    owners.removeIf(owner -> !owner.equals(creditor) && present.isDismissed(owner, nowMillis));
    if (present.isLost(creditor) && owners.size() > 1) {
      owners.remove(creditor);
    } else if (present.owns(creditor, key) && !outlasts(present, loses)) {
      owners.removeIf(
          owner ->
              !owner.equals(creditor)
                  && !(present.gains(owner, key) && (loses || present.isAlive(owner, nowMillis))));
    }
    owners.remove(present.self()); // it may be a creditor of its own, where it is an owner again
    return owners;
  }

  /**
   * Whether the key has owners that anything can be brought to only if the change under way is not
   * undone: with those who gain it would go what nobody else keeps.
   */
  private static boolean dependsOnChange(Peers present, Key key, long nowMillis) {
    boolean gained = false;
    for (NodeId owner : present.writers(key)) {
      boolean gains = present.gains(owner, key);
      if (!gains && !present.isDismissed(owner, nowMillis)) {
        return false;
      }
      gained |= gains;
    }
    return gained;
  }

  /** Whether all others are to have what a creditor has that gives its copy up. */
  private static boolean outlasts(Peers present, boolean loses) {
    return loses && present.ownership().replicationChanges();
  }

  /**
   * Those who take the place of the creditor, or of owners that none is left of, if they do and it
   * may still be undone; where there are to be fewer copies, those who stay.
   */
  static List<NodeId> heirs(Peers present, Key key, NodeId creditor, long nowMillis) {
    boolean loses = loses(present, creditor, present.ring().partition(key));
    boolean waits = present.owns(creditor, key) || dependsOnChange(present, key, nowMillis);
    var heirs = new ArrayList<NodeId>();
    for (NodeId owner : present.writers(key)) {
      boolean succeeds =
          present.gains(owner, key) || (outlasts(present, loses) && present.keeps(owner, key));
      boolean isHeir = succeeds && !owner.equals(present.self()) && !present.isLost(owner);
      if (loses && waits && isHeir) {
        heirs.add(owner);
      }
    }
    return heirs;
  }

  /**
   * Whether {@code owner} need not get what is too old for it from here. Who is yet to be filled
   * gets it with all the rest, or by comparing. And for who has left no era waits, so what it keeps
   * may become too old for everybody, and would keep it here for ever: its copies were with the
   * owners when it left.
   */
  static boolean canDoWithout(Peers present, NodeId owner, Key key, List<NodeId> creditors) {
    boolean hasLeft = !present.isMember(present.self());
    return hasLeft || (present.fills(owner, key) && !creditors.contains(owner));
  }
}
