package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.handoff.BackgroundBudget;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.version.Fingerprints;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node lends to the work that nobody waits for.
 *
 * @param inForce the settings that shape records, as of now
 * @param trees which hear of every change of a record
 * @param peers null before there is a cluster
 * @param background how much of such work may be done now
 * @param report for what an operator should know
 */
public record Facilities(
    ClusterSettings settings,
    Supplier<RecordSettings> inForce,
    Scanner scanner,
    Schedule schedule,
    LocalReplica replica,
    Trees trees,
    Fingerprints fingerprints,
    Supplier<@Nullable Peers> peers,
    BackgroundBudget background,
    Consumer<String> report) {}
