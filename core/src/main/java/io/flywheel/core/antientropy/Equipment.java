package io.flywheel.core.antientropy;

import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.handoff.BackgroundBudget;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.version.Fingerprints;
import java.util.function.Consumer;

/** What every exchange of this node works with, and what they remember together. */
record Equipment(
    Facilities facilities,
    Proofs proofs,
    SharedPartitions shared,
    BackgroundBudget.Share budget,
    ExchangeCounts counts) {
  RecordSettings inForce() {
    return facilities.inForce().get();
  }

  Scanner scanner() {
    return facilities.scanner();
  }

  Schedule schedule() {
    return facilities.schedule();
  }

  LocalReplica replica() {
    return facilities.replica();
  }

  Trees trees() {
    return facilities.trees();
  }

  Fingerprints fingerprints() {
    return facilities.fingerprints();
  }

  BackgroundBudget background() {
    return facilities.background();
  }

  Consumer<String> report() {
    return facilities.report();
  }
}
