package io.flywheel.core.antientropy;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.Key;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.replica.Owners;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Fingerprints;
import java.util.List;

/**
 * Says, as one of a key's replicas, whether on its disk just that would be forgotten. The era it
 * names is that of giving its word, so that whatever was read here before has that label or an
 * older one.
 */
public final class ReapWitness {
  private static final int MAX_UNDER_WAY = 32;

  /** Hears what a replica has. */
  @FunctionalInterface
  public interface Testimony {
    /** {@code matching}: places in the question, ascending. */
    void given(long era, List<Integer> matching);
  }

  private final DiskWitness witness;
  private final Eras eras;
  private final Owners owners;
  private final Fingerprints fingerprints;
  private final Schedule schedule;

  /** One for each life of a node. */
  public ReapWitness(Facilities facilities, Journal journal, Eras eras, Owners owners) {
    this.witness = new DiskWitness(facilities, journal, eras, MAX_UNDER_WAY);
    this.eras = eras;
    this.owners = owners;
    this.fingerprints = facilities.fingerprints();
    this.schedule = facilities.schedule();
  }

  /**
   * Of which of these keys would exactly this be forgotten here? Not answered where there is too
   * much to do, or where the clock has not come to the cutoff: what is over elsewhere is not here.
   */
  public void asked(
      long cutoffMillis, List<Key> keys, List<Fingerprint> residues, Testimony testimony) {
    if (cutoffMillis > schedule.wallMillis()) {
      return;
    }
    witness.asked(
        keys,
        residues,
        owners::isOwn,
        (key, held, residue) -> {
          var own = held.residue(cutoffMillis);
          return !own.isEmpty() && fingerprints.of(key, own).equals(residue);
        },
        matching -> testimony.given(eras.current(), matching));
  }
}
