package io.flywheel.core.membership;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.model.Claim;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Verdict;

/**
 * What this node claims of itself, which nobody else does. There is a new version when something of
 * it has changed, and when others have one that this start did not make: the newest is believed.
 */
final class OwnClaim {
  private final NodeId self;
  private final long generation;
  private final MemberStates states;
  private final Eras eras;
  private final Wellness wellness;
  private final Rumours rumours;
  private final Schedule schedule;
  private Claim newest;
  private boolean generationDurable;
  private long epoch;
  private long caughtUpEpoch;

  OwnClaim(
      NodeId self,
      long generation,
      MemberStates states,
      Eras eras,
      Wellness wellness,
      Rumours rumours,
      Schedule schedule) {
    this.self = self;
    this.generation = generation;
    this.states = states;
    this.eras = eras;
    this.wellness = wellness;
    this.rumours = rumours;
    this.schedule = schedule;
    newest = Claim.none(self);
  }

  /** No later start can have this one's generation, so it may be claimed. */
  void generationDurable() {
    generationDurable = true;
    refresh();
  }

  /** Whether others may hear of this start. */
  boolean mayBeMade() {
    return generationDurable;
  }

  /** This node acts on this epoch. */
  void actsOn(long ringEpoch) {
    epoch = ringEpoch;
    refresh();
  }

  /** Whether this node has all copies that it gains by the change that is open in its epoch. */
  void caughtUp(boolean isCaughtUp) {
    caughtUpEpoch = isCaughtUp ? epoch : 0;
    refresh();
  }

  /** Others take this node for gone, or have claims of a start that lost its disk. */
  void objectTo(Claim told) {
    if (told.compareTo(newest) > 0) {
      newest = told;
    }
    renew(true);
  }

  /** Makes a new claim if there is something new to claim. */
  void refresh() {
    renew(false);
  }

  private void renew(boolean anyway) {
    if (!generationDurable || !states.contains(self)) {
      return;
    }
    long era = eras.current();
    long settled = eras.settled();
    boolean caughtUp = epoch > 0 && caughtUpEpoch == epoch;
    int flags = wellness.flags(schedule.monotonicMillis()) | (caughtUp ? Claim.CAUGHT_UP : 0);
    boolean same =
        newest.generation() == generation
            && newest.era() == era
            && newest.settled() == settled
            && newest.epoch() == epoch
            && newest.flags() == flags;
    if (!same || anyway) {
      long version = newest.generation() == generation ? newest.version() + 1 : 1;
      newest = Claim.of(self, generation, version, era, settled, epoch, flags);
      var state = new MemberState(newest, Verdict.ALIVE);
      rumours.add(self, state.matters(states.of(self)));
      states.merge(state);
    }
  }
}
