package io.flywheel.simulator.mutant;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** All mutants, in the order of their traps. */
public final class Mutants {
  private Mutants() {}

  public static List<Mutant> all() {
    var all = new ArrayList<>(CausalityMutants.all());
    all.addAll(ForgettingMutants.all());
    all.addAll(QuorumMutants.all());
    all.addAll(HandoffMutants.all());
    all.addAll(OverlapMutants.all());
    all.addAll(TransferMutants.all());
    all.addAll(RingLogMutants.all());
    all.addAll(AntiEntropyMutants.all());
    all.addAll(MembershipMutants.all());
    all.addAll(MachineMutants.all());
    all.addAll(SettingsMutants.all());
    all.addAll(OverloadMutants.all());
    all.addAll(DatacenterMutants.all());
    return Collections.unmodifiableList(all);
  }
}
