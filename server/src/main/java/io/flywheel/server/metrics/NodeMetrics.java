package io.flywheel.server.metrics;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.node.MemberView;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.ring.Ring;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Shows a node's own view of itself and its cluster, taken once for each scrape. */
final class NodeMetrics {
  private final MeterRegistry registry;
  private final Supplier<NodeView> source;
  private final MultiGauge memberStates;
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
    gauge("flywheel.ring.epoch", "The number of the ring, 0 for none", NodeMetrics::epoch);
    gauge("flywheel.hints.waiting", "Records kept for absent owners", seen -> 0);
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
  }

  private static double epoch(NodeView view) {
    Ring ring = view.ring();
    return ring == null ? 0 : ring.epoch();
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
