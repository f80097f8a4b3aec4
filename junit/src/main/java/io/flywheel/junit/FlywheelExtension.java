package io.flywheel.junit;

import io.flywheel.client.FlywheelClient;
import io.flywheel.core.model.NamespaceSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a cluster. In a static field it is one for all tests of the class, in another field
 * one for each test:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final FlywheelExtension FLYWHEEL = FlywheelExtension.ofNodes(3);
 *
 * @Test
 * void cartsAreKept(FlywheelClient client) {
 *   client.with(Codec.utf8()).put("cart:42", "book");
 * }
 * }</pre>
 *
 * <p>{@code @ExtendWith(FlywheelExtension.class)} gives the class one node. Tests may take
 * parameters of {@link FlywheelClient} (closed after the last test) and {@link EmbeddedCluster}.
 * Keys are not deleted between tests: use different ones. A cluster of three takes a second or two
 * to start.
 */
public final class FlywheelExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {
  private final int nodes;
  private final NamespaceSettings[] namespaces;
  private @Nullable EmbeddedCluster cluster;

  /** The context in which it was started, which also ends it. */
  private @Nullable ExtensionContext owner;

  /** One node. */
  public FlywheelExtension() {
    this(1);
  }

  private FlywheelExtension(int nodes, NamespaceSettings... namespaces) {
    if (nodes < 1) {
      throw new IllegalArgumentException("a cluster has a node or more, not " + nodes);
    }
    this.nodes = nodes;
    this.namespaces = namespaces.clone();
  }

  /** So many nodes, and the namespaces {@code default} and {@code lww}. */
  public static FlywheelExtension ofNodes(int nodes) {
    return new FlywheelExtension(nodes);
  }

  /** The same with more namespaces. */
  public FlywheelExtension withNamespaces(NamespaceSettings... more) {
    return new FlywheelExtension(nodes, more);
  }

  public EmbeddedCluster cluster() {
    EmbeddedCluster running = cluster;
    if (running == null) {
      throw new IllegalStateException("the cluster runs only while tests of its class do");
    }
    return running;
  }

  public FlywheelClient client() {
    return cluster().client();
  }

  /** Where the nodes listen for clients. */
  public List<String> addresses() {
    return cluster().addresses();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    start(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    start(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    stop(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    stop(context);
  }

  private void start(ExtensionContext context) {
    if (cluster == null) {
      cluster = EmbeddedCluster.start(nodes, namespaces);
      owner = context;
    }
  }

  private void stop(ExtensionContext context) {
    if (cluster != null && context.equals(owner)) {
      cluster.close();
      cluster = null;
      owner = null;
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == FlywheelClient.class || type == EmbeddedCluster.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == FlywheelClient.class ? client() : cluster();
  }
}
