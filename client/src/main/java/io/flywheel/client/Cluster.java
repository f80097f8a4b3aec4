package io.flywheel.client;

import io.flywheel.api.v1.StreamResponse;
import io.flywheel.client.Ring.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The nodes as this client knows them, and the requests that are under way to them. */
final class Cluster implements AutoCloseable {
  private static final long SHORTEST_HEDGE_NANOS = 2 * AlarmClock.TICK_NANOS;
  private static final long LONGEST_HEDGE_NANOS = 500_000_000;

  private final Settings settings;
  private final Network network;
  private final AlarmClock clock = AlarmClock.start();
  private final RetryBudget budget;
  private final HedgeDelay hedgeDelay = new HedgeDelay(SHORTEST_HEDGE_NANOS, LONGEST_HEDGE_NANOS);
  private final Map<String, Node> nodes = new ConcurrentHashMap<>();
  private final Set<Call> calls = ConcurrentHashMap.newKeySet();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger turn = new AtomicInteger();
  private final RingWatch ring;
  private volatile Routes routes = new Routes(Ring.unknown(), this::inOrder);
  private volatile boolean closed;

  Cluster(Settings settings, Network network) {
    this.settings = settings;
    this.network = network;
    this.budget = new RetryBudget(settings.retryShare());
    this.ring = new RingWatch(clock, settings.ringRefresh(), this::nodesToAsk, this::keepOnly);
  }

  void begin() {
    ring.begin();
  }

  AlarmClock clock() {
    return clock;
  }

  RetryBudget budget() {
    return budget;
  }

  Ring ring() {
    return ring.ring();
  }

  boolean isClosed() {
    return closed;
  }

  void tookRead(long nanos) {
    hedgeDelay.took(nanos);
  }

  /**
   * How long to wait before another node is asked as well; 0 for never. A write is not sent twice
   * because it is slow, only when its node seems not to answer at all.
   */
  long patienceNanos(Request request, long timeoutNanos) {
    if (request.isWrite()) {
      return timeoutNanos / 2;
    }
    return settings.hedging() ? Math.min(hedgeDelay.nanos(), timeoutNanos / 2) : timeoutNanos / 2;
  }

  CompletableFuture<StreamResponse> send(Request request) {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    if (request.isTooLarge()) {
      return CompletableFuture.failedFuture(
          new InvalidRequestException(
              "value-too-large",
              "",
              "a value has at most " + Request.MOST_VALUE_BYTES + " bytes in any cluster"));
    }
    if (inFlight.incrementAndGet() > settings.mostInFlight()) {
      inFlight.decrementAndGet();
      return CompletableFuture.failedFuture(
          new NotDoneException(
              "too-many-in-flight",
              settings.mostInFlight() + " requests are under way; wait for some of them"));
    }
    budget.earn();
    Duration timeout = request.timeout();
    var call =
        new Call(
            this,
            request,
            route(request),
            settings.observer().begin(request.operation(), request.namespace(), request.key()),
            (timeout == null ? settings.timeout() : timeout).toNanos());
    calls.add(call);
    call.begin();
    if (closed) {
      call.clientClosed(); // It may have come too late to be seen by close.
    }
    return call.answer();
  }

  void ended(Call call) {
    if (calls.remove(call)) {
      inFlight.decrementAndGet();
    }
  }

  private Route route(Request request) {
    Ring now = ring();
    Routes known = routes;
    if (!known.areOf(now)) {
      known = new Routes(now, this::inOrder);
      routes = known;
    }
    return new Route(known.of(request.namespace(), request.keyBytes()), this::nodesToAsk);
  }

  private List<Node> inOrder(List<Member> replicas) {
    Set<Node> order = new LinkedHashSet<>();
    addLiving(order, replicas);
    addNodes(order, replicas, false);
    return List.copyOf(order);
  }

  /** Those in the client's data centre first, where it has been told of one. */
  private void addLiving(Set<Node> order, List<Member> members) {
    String here = settings.datacenter();
    if (!here.isEmpty()) {
      addNodes(
          order,
          members.stream().filter(member -> member.datacenter().equals(here)).toList(),
          true);
    }
    addNodes(order, members, true);
  }

  private void addNodes(Set<Node> order, List<Member> members, boolean alive) {
    for (Member member : members) {
      if (member.alive() == alive && !member.address().isEmpty()) {
        order.add(node(member.address()));
      }
    }
  }

  /** All nodes that are known, those of the ring first, beginning with another one each time. */
  private List<Node> nodesToAsk() {
    Set<Node> order = new LinkedHashSet<>();
    List<Member> members = ring().members();
    int first = members.isEmpty() ? 0 : Math.floorMod(turn.getAndIncrement(), members.size());
    List<Member> turned = new ArrayList<>(members.subList(first, members.size()));
    turned.addAll(members.subList(0, first));
    addLiving(order, turned);
    settings.addresses().forEach(address -> order.add(node(address.toString())));
    return List.copyOf(order);
  }

  private Node node(String address) {
    Node known = nodes.get(address);
    return known != null ? known : nodes.computeIfAbsent(address, this::newNode);
  }

  private Node newNode(String address) {
    return new Node(NodeAddress.parse(address), network::connect, this::trouble);
  }

  private void trouble() {
    ring.refreshSoon();
  }

  /** Ends the connections to nodes that have left the ring. */
  private void keepOnly(Ring now) {
    Set<String> wanted = new LinkedHashSet<>();
    now.members().forEach(member -> wanted.add(member.address()));
    settings.addresses().forEach(address -> wanted.add(address.toString()));
    for (String address : List.copyOf(nodes.keySet())) {
      if (!wanted.contains(address)) {
        Node gone = nodes.remove(address);
        if (gone != null) {
          gone.retire();
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    ring.close();
    calls.forEach(Call::clientClosed);
    nodes.values().forEach(Node::close);
    clock.close();
  }
}
