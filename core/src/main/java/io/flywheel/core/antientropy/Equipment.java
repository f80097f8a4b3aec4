package io.flywheel.core.antientropy;

import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.handoff.TokenBucket;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.version.Fingerprints;
import java.util.function.Consumer;

/**
 * What every exchange of this node works with.
 *
 * @param report for what an operator should know
 */
record Equipment(
    ClusterSettings settings,
    Scanner scanner,
    Schedule schedule,
    LocalReplica replica,
    Trees trees,
    Fingerprints fingerprints,
    Proofs proofs,
    SharedPartitions shared,
    TokenBucket budget,
    ExchangeCounts counts,
    Consumer<String> report) {}
