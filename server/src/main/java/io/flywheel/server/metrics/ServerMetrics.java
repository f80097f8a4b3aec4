package io.flywheel.server.metrics;

import io.flywheel.core.node.NodeView;
import io.flywheel.server.http.RequestRecorder;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All metrics of one server, in the text format of Prometheus. */
public final class ServerMetrics implements AutoCloseable {
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();
  private @Nullable NodeMetrics node;

  /** For the requests of one loop. What those of several record comes together. */
  public RequestRecorder requests() {
    return new RequestMetrics(registry);
  }

  /** Shows a number that is read whenever somebody looks, on the thread that does. */
  public void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /** Everything as it is now. On the loop's thread. */
  public String scrape(Supplier<NodeView> view) {
    NodeMetrics metrics = node;
    if (metrics == null) {
      // The JVM's own beans take long to load: not before somebody asks, so that starting is fast.
      new JvmMemoryMetrics().bindTo(registry);
      new UptimeMetrics().bindTo(registry);
      garbage.bindTo(registry);
      metrics = new NodeMetrics(registry, view);
      node = metrics;
    }
    metrics.refresh();
    return registry.scrape();
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }
}
