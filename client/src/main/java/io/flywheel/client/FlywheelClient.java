package io.flywheel.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A client of a Flywheel cluster. One is enough for a process: it is safe for any number of
 * threads, and sends their requests over one connection to each node.
 *
 * <pre>{@code
 * try (var client = FlywheelClient.connect("127.0.0.1:7401")) {
 *   client.put("greeting", "hello".getBytes(UTF_8));
 *   Store<String> names = client.namespace("people").with(Codec.utf8());
 *   names.put("42", "Ada", Put.w(2).ttl(Duration.ofDays(30)));
 *   Fetched<String> name = names.get("42", Read.quorum());
 * }
 * }</pre>
 *
 * <p>The client itself is the namespace {@code default} with values of bytes; {@link #namespace}
 * gives the others. What requests do and how they fail is told in {@link Store}.
 *
 * <p>It learns the ring from any node, asks again every ten seconds and when a node fails, and
 * sends each request to a replica of its key. A node that fails three times in a row is left alone
 * for 100 ms to 5 s. {@link #connect} waits for nothing: a cluster that cannot be reached fails
 * requests.
 */
public final class FlywheelClient implements Store<byte[]>, AutoCloseable {
  private static final String DEFAULT = "default";

  private final Cluster cluster;
  private final ContextMemory memory;
  private final Network network;
  private final Store<byte[]> usual;

  private FlywheelClient(Settings settings) {
    this.network = Network.open();
    this.cluster = new Cluster(settings, network);
    this.memory = new ContextMemory(settings.rememberedKeys());
    this.usual = new ClientStore<>(cluster, memory, DEFAULT, Codec.bytes());
    cluster.begin();
  }

  /**
   * A client with usual settings.
   *
   * @param addresses of one node or more, {@code 127.0.0.1:7401}; the others are found by these
   * @throws IllegalArgumentException where one is no address, or there is none
   */
  public static FlywheelClient connect(String... addresses) {
    return builder().addresses(addresses).build();
  }

  /** For a client with other settings. */
  public static Builder builder() {
    return new Builder();
  }

  /** The keys of another namespace, one that the cluster is configured with. */
  public Store<byte[]> namespace(String name) {
    return new ClientStore<>(cluster, memory, name, Codec.bytes());
  }

  @Override
  public <U> Store<U> with(Codec<U> codec) {
    return usual.with(codec);
  }

  @Override
  public CompletableFuture<Written> putAsync(String key, byte[] value, PutOptions options) {
    return usual.putAsync(key, value, options);
  }

  @Override
  public CompletableFuture<Fetched<byte[]>> getAsync(String key, ReadOptions options) {
    return usual.getAsync(key, options);
  }

  @Override
  public CompletableFuture<Written> deleteAsync(String key, DeleteOptions options) {
    return usual.deleteAsync(key, options);
  }

  @Override
  public CompletableFuture<byte[]> updateAsync(
      String key, Merge<byte[]> merge, Change<byte[]> change, PutOptions put, ReadOptions read) {
    return usual.updateAsync(key, merge, change, put, read);
  }

  /**
   * Ends all connections. Requests under way end at once: writes that have been sent as {@link
   * UnknownOutcomeException}. Requests made later throw {@link IllegalStateException}.
   */
  @Override
  public void close() {
    cluster.close();
    network.close();
  }

  Cluster cluster() {
    return cluster;
  }

  /** What a client can be told. */
  public static final class Builder {
    private static final long LONGEST_TIMEOUT_SECONDS = 60;

    private final List<NodeAddress> addresses = new ArrayList<>();
    private String datacenter = "";
    private Duration timeout = Duration.ofSeconds(1);
    private double retryShare = 0.2;
    private boolean hedging = true;
    private int rememberedKeys = 10_000;
    private int mostInFlight = 10_000;
    private Duration ringRefresh = Duration.ofSeconds(10);
    private RequestObserver observer =
        (operation, namespace, key) -> RequestObserver.Observation.NONE;

    private Builder() {}

    /**
     * Nodes to begin with: one is enough, several are better while one is down.
     *
     * @throws IllegalArgumentException where one is no address
     */
    public Builder addresses(String... nodes) {
      for (String node : nodes) {
        addresses.add(NodeAddress.parse(node));
      }
      return this;
    }

    /**
     * In which data centre this client is: nodes there are asked before others, as long as they
     * live. Their data centre is the one of {@link Level#LOCAL_QUORUM}.
     */
    public Builder datacenter(String name) {
      this.datacenter = name;
      return this;
    }

    /**
     * How long a request may take with all its retries: a second unless told, a minute at most.
     *
     * @throws IllegalArgumentException beyond a minute, or below a millisecond
     */
    public Builder timeout(Duration longest) {
      if (longest.toMillis() < 1 || longest.toSeconds() > LONGEST_TIMEOUT_SECONDS) {
        throw new IllegalArgumentException(
            "a timeout is a millisecond to a minute, not " + longest);
      }
      this.timeout = longest;
      return this;
    }

    /**
     * How many retries and hedges there may be for each request, over time: 0.2 unless told. A
     * hundred are saved up. What could not be sent because a node cannot be reached is sent to
     * another at no charge. 0 for no retries and no hedges at all.
     */
    public Builder retryBudget(double share) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("a share is from 0 to 1, not " + share);
      }
      this.retryShare = share;
      return this;
    }

    /**
     * Whether a get that takes longer than 95% of the recent ones is sent to a second replica too;
     * so unless told. Without it a get is sent again after half of its timeout.
     */
    public Builder hedging(boolean on) {
      this.hedging = on;
      return this;
    }

    /** Of how many keys the contexts are remembered: 10,000 unless told, 0 for none. */
    public Builder rememberedContexts(int keys) {
      if (keys < 0) {
        throw new IllegalArgumentException("0 keys or more, not " + keys);
      }
      this.rememberedKeys = keys;
      return this;
    }

    /**
     * How many requests may be under way at once; more are not done, {@code too-many-in-flight}.
     * 10,000 unless told.
     */
    public Builder mostInFlight(int requests) {
      if (requests < 1) {
        throw new IllegalArgumentException("1 request or more, not " + requests);
      }
      this.mostInFlight = requests;
      return this;
    }

    /** How often the ring is asked for when nothing fails: every ten seconds unless told. */
    public Builder ringRefresh(Duration every) {
      if (every.toMillis() < 1) {
        throw new IllegalArgumentException("a millisecond or more, not " + every);
      }
      this.ringRefresh = every;
      return this;
    }

    /** Metrics and tracing. */
    public Builder observer(RequestObserver sees) {
      this.observer = sees;
      return this;
    }

    /**
     * The client.
     *
     * @throws IllegalArgumentException where there is no address
     */
    public FlywheelClient build() {
      return new FlywheelClient(settings());
    }

    Settings settings() {
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("the address of at least one node is needed");
      }
      return new Settings(
          List.copyOf(addresses),
          datacenter,
          timeout,
          retryShare,
          hedging,
          rememberedKeys,
          mostInFlight,
          ringRefresh,
          observer);
    }
  }
}
