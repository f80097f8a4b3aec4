package io.flywheel.server.metrics;

import io.flywheel.core.antientropy.AntiEntropyFigures;
import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.MemberView;
import io.flywheel.core.node.NodeView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Shows a node's own view of itself and its cluster, taken once for each scrape. */
final class NodeMetrics {
  private final MeterRegistry registry;
  private final Supplier<NodeView> source;
  private final MultiGauge memberStates;
  private final MultiGauge hintsByOwner;
  private NodeView view;

  NodeMetrics(MeterRegistry registry, Supplier<NodeView> source) {
    this.registry = registry;
    this.source = source;
    this.view = source.get();
    this.memberStates =
        MultiGauge.builder("flywheel.member.state")
            .description("1 for the state in which this node sees a member, 0 for the others")
            .register(registry);
    gauge("flywheel.serving", "Whether this node takes requests", seen -> seen.serving() ? 1 : 0);
    gauge(
        "flywheel.requests.in.flight",
        "Clients' requests not yet answered",
        NodeView::requestsInFlight);
    gauge(
        "flywheel.ring.epoch",
        "How often the ring was decided on, 0 for never",
        seen -> seen.changes().epoch());
    gauge(
        "flywheel.ring.changing",
        "1 while the ring changes",
        seen -> seen.changes().change() == null ? 0 : 1);
    gauge(
        "flywheel.transfer.bytes.remaining",
        "What this node has yet to fetch for a change of the ring, about",
        seen -> seen.transfers().bytesRemaining());
    counter(
        "flywheel.transfer.bytes.received",
        "What it has fetched for the present change, since the start",
        seen -> seen.transfers().bytesReceived());
    counter(
        "flywheel.transfer.bytes.sent",
        "What others have fetched here, since the start",
        seen -> seen.transfers().bytesSent());
    gauge(
        "flywheel.former.partitions",
        "Partitions that it owned once and may still hold records of",
        seen -> seen.transfers().formerPartitions());
    this.hintsByOwner =
        MultiGauge.builder("flywheel.hints.waiting.for")
            .description("Records that this node keeps for one other")
            .register(registry);
    gauge(
        "flywheel.hints.waiting",
        "Records that this node keeps for others",
        seen -> seen.counters().hintsWaiting());
    gauge(
        "flywheel.hint.bytes",
        "What these take on disk, about",
        seen -> seen.counters().hintBytes());
    counter(
        "flywheel.hints.paid",
        "Records kept for others that these have confirmed",
        seen -> seen.counters().hintsPaid());
    gauge("flywheel.losers", "Values in the log of those that conflicts lost", NodeView::losers);
    gauge(
        "flywheel.disk.full",
        "1 while this node takes no values for want of room",
        seen -> seen.diskFull() ? 1 : 0);
    gauge("flywheel.era", "The era that this node has adopted", seen -> seen.eras().current());
    gauge(
        "flywheel.closed.era",
        "The newest era that is settled with every member",
        seen -> seen.eras().closed());
    counter(
        "flywheel.keys.reaped",
        "Records of which nothing was left here",
        seen -> seen.counters().keysReaped());
    counter(
        "flywheel.entries.shed",
        "Entries of version vectors that were forgotten here",
        seen -> seen.counters().entriesShed());
    antiEntropy();
    counter(
        "flywheel.read.repairs",
        "Stale replicas that were sent the newer state after a read",
        seen -> seen.counters().readRepairs());
    counter(
        "flywheel.tombstones.written",
        "Deletions that this node accepted",
        seen -> seen.counters().tombstonesWritten());
    counter(
        "flywheel.reads.with.siblings",
        "Reads that found more than one value",
        seen -> seen.counters().siblingsFound());
    counter(
        "flywheel.records.unreadable",
        "Records on this disk that could not be read",
        seen -> seen.counters().unreadableRecords());
    counter(
        "flywheel.records.lost",
        "Records that other replicas proved to have been here once",
        seen -> seen.counters().lostRecords());
  }

  private void antiEntropy() {
    provenAge("worst", AntiEntropyFigures::provenWorstMillis);
    provenAge("median", AntiEntropyFigures::provenMedianMillis);
    figure("flywheel.partitions.owned", "Partitions replicated here", f -> f.treesOwned());
    figure("flywheel.trees.built", "Those of them with a tree", f -> f.treesBuilt());
    figure(
        "flywheel.partitions.never.proven",
        "Those not proven identical on all replicas since the start",
        f -> f.partitionsNeverProven());
    total(
        "flywheel.trees.corrected",
        "Trees that did not agree with the disk",
        f -> f.treesCorrected());
    total("flywheel.antientropy.exchanges", "Exchanges with other replicas", f -> f.exchanges());
    total(
        "flywheel.antientropy.differences",
        "Keys that replicas were found to differ in",
        f -> f.differencesFound());
    total(
        "flywheel.antientropy.keys.sent",
        "Records sent to replicas that differed",
        f -> f.keysSent());
    total(
        "flywheel.antientropy.keys.taken",
        "Records taken from replicas that differed",
        f -> f.keysTaken());
    total("flywheel.sweeps", "Times that all records were read and verified", f -> f.sweeps());
    total("flywheel.sweeps.damaged", "Damaged records that were found so", f -> f.damagedFound());
    figure("flywheel.strays", "Records here of partitions that others own", f -> f.strays());
    figure(
        "flywheel.tombstones",
        "Deletions held here, as the last sweep counted them",
        f -> f.tombstones());
  }

  private void provenAge(String quantile, ToDoubleFunction<AntiEntropyFigures> millis) {
    Gauge.builder(
            "flywheel.partition.proven.age",
            this,
            metrics -> millis.applyAsDouble(metrics.view.antiEntropy()) / 1_000)
        .description("How long ago a partition was proven identical on all of its replicas")
        .baseUnit("seconds")
        .tag("quantile", quantile)
        .register(registry);
  }

  private void figure(String name, String description, ToDoubleFunction<AntiEntropyFigures> value) {
    gauge(name, description, seen -> value.applyAsDouble(seen.antiEntropy()));
  }

  private void total(String name, String description, ToDoubleFunction<AntiEntropyFigures> value) {
    counter(name, description, seen -> value.applyAsDouble(seen.antiEntropy()));
  }

  /** Looks at the node anew. On the loop's thread. */
  void refresh() {
    view = source.get();
    var rows = new ArrayList<Row<?>>();
    for (MemberView member : view.members()) {
      for (Liveness state : Liveness.values()) {
        var tags =
            Tags.of(
                "member", member.member().name(), "state", state.name().toLowerCase(Locale.ROOT));
        rows.add(Row.of(tags, member.state() == state ? 1 : 0));
      }
    }
    memberStates.register(rows, true);
    hintsByOwner.register(owners(), true);
  }

  private List<Row<?>> owners() {
    var names = new TreeMap<NodeId, String>();
    view.members().forEach(seen -> names.put(seen.member().id(), seen.member().name()));
    var rows = new ArrayList<Row<?>>();
    view.hintsByOwner()
        .forEach(
            (owner, waiting) -> {
              String name = names.getOrDefault(owner, owner.toString());
              rows.add(Row.of(Tags.of("owner", name), waiting));
            });
    return rows;
  }

  private void gauge(String name, String description, ToDoubleFunction<NodeView> value) {
    Gauge.builder(name, this, metrics -> value.applyAsDouble(metrics.view))
        .description(description)
        .register(registry);
  }

  private void counter(String name, String description, ToDoubleFunction<NodeView> value) {
    FunctionCounter.builder(name, this, metrics -> value.applyAsDouble(metrics.view))
        .description(description)
        .register(registry);
  }
}
