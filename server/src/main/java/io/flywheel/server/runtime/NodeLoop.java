package io.flywheel.server.runtime;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.node.Node;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.node.Prospect;
import io.flywheel.core.node.RingAnswer;
import io.flywheel.core.node.RingOrder;
import io.flywheel.core.node.Standing;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.server.peer.LocalNode;
import io.flywheel.server.peer.PeerListener;
import io.flywheel.server.peer.PeerSecret;
import io.flywheel.server.peer.PeerTransport;
import io.flywheel.server.rocksdb.DiskUse;
import io.flywheel.server.rocksdb.RocksStorage;
import io.netty.channel.EventLoop;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop owns one node, its connections to peers, and those of its clients unless {@link
 * Lanes} beside it have them. Inputs reach the node as they are read; what the node wants done
 * waits for the end of the turn, when the loop has read everything that had arrived. Then the
 * requests that wait are begun, for a few milliseconds, so that what others send for begun ones is
 * read again soon; all stores of the turn go to the disk as one batch, and each connection is
 * flushed once. Only what blocks leaves the thread: syncs, and loads that miss the cache.
 *
 * <p>An exception out of the node is a bug that leaves it halfway through something; the process
 * ends, and the next start recovers from the disk.
 */
public final class NodeLoop implements RequestPort, PeerListener {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLoop.class);
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final EventLoop loop;
  private final RocksStorage storage;
  private final PeerTransport transport;
  private final NodeClock clock;
  private final ProcessEnd end;
  private final Outbox outbox = new Outbox();
  private final StorageWriter writer;
  private final StorageReader reader;
  private final RecordCache cache = RecordCache.within(PlatformDependent.maxDirectMemory());
  private final MemoryLoads memory;
  private final WakeTimer wakeTimer;
  private final Map<Long, ResponseHandler> handlers = new HashMap<>();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private @Nullable Node node;
  private volatile RecordSettings records = RecordSettings.DEFAULT;
  private long requests;
  private long transferBytesPerSecond;
  private boolean turnEndsLater;
  private boolean draining;
  private boolean stopped;

  /**
   * Prepares a node that {@link #start} starts.
   *
   * @param periodic whether stores count before they are synced
   */
  public NodeLoop(
      EventLoop loop,
      RocksStorage storage,
      PeerTransport transport,
      boolean periodic,
      NodeClock clock,
      ProcessEnd end) {
    this.loop = loop;
    this.storage = storage;
    this.transport = transport;
    this.clock = clock;
    this.end = end;
    wakeTimer = new WakeTimer(loop, this::wake);
    memory = new MemoryLoads(storage::loadFromMemory);
    reader = new StorageReader(storage, this::loadedElsewhere, this::scannedElsewhere);
    long patience = StorageWriter.PATIENCE_MILLIS;
    writer = new StorageWriter(storage, periodic, patience, this::stored, reader::read, end);
  }

  /**
   * Starts the node from what the disk holds, on the loop's thread, and lets its peers in.
   *
   * @throws MalformedException where the metadata on disk is damaged
   */
  public void start(NodeConfig config, SplittableRandom random)
      throws IOException, MalformedException {
    transferBytesPerSecond = config.rhythm().transferBytesPerSecond();
    node = Node.start(config, storage.metadata(), random, clock.now(), outbox);
    records = node.records();
    transport.start(
        new LocalNode(
            config.settings().cluster(),
            node.id(),
            node.startId(),
            config.peerAddress(),
            () -> clock.now().wallMillis(),
            new PeerSecret(config.secret())),
        this);
    endTurnLater();
  }

  @Override
  public void submit(ClientRequest request, ResponseHandler handler) {
    if (draining) {
      var outcome = new Outcome.NotDone(Outcome.Obstacle.NOT_SERVING, "the node is stopping");
      handler.respond(new Effect.Respond(0, request.key(), outcome));
      return;
    }
    long token = ++requests;
    handlers.put(token, handler);
    input((running, now) -> running.request(now, token, request));
  }

  @Override
  public void losers(@Nullable Key key, int most, Consumer<LoserLog.Listing> whenRead) {
    input((running, now) -> running.losers(now, key, most, whenRead));
  }

  @Override
  public void repairAll() {
    input(Node::repairAll);
  }

  @Override
  public void join(@Nullable String replaces, Consumer<RingAnswer> answer) {
    input((running, now) -> running.join(now, replaces, answer));
  }

  @Override
  public void changeRing(RingOrder order, Consumer<RingAnswer> answer) {
    input((running, now) -> running.changeRing(now, order, told -> tell(running, told, answer)));
  }

  /** Whoever knows of a change finds it in force, on whichever thread he asks next. */
  private void tell(Node running, RingAnswer told, Consumer<RingAnswer> answer) {
    records = running.records();
    answer.accept(told);
  }

  @Override
  public long transferBytesPerSecond() {
    return transferBytesPerSecond;
  }

  @Override
  public Standing standing() {
    return started().standing();
  }

  @Override
  public Prospect prospect() {
    return started().prospect();
  }

  @Override
  public RecordSettings records() {
    return records;
  }

  @Override
  public NodeView view() {
    return started().view(clock.now());
  }

  @Override
  public @Nullable DiskUse diskUse() {
    try {
      return storage.diskUse();
    } catch (IOException e) {
      LOG.warn("how full the disk is cannot be told: {}", e.getMessage());
      return null;
    }
  }

  @Override
  public EventLoop eventLoop() {
    return loop;
  }

  @Override
  public void connected(NodeId peer) {
    input((running, now) -> running.peerConnected(now, peer));
  }

  @Override
  public void disconnected(NodeId peer) {
    input((running, now) -> running.peerDisconnected(now, peer));
  }

  @Override
  public void received(Envelope envelope) {
    input((running, now) -> running.receive(now, envelope));
  }

  @Override
  public void identityInUse(String where) {
    end.orderly(
        "this node's identity is in use elsewhere: "
            + where
            + ". Two processes run on copies of one data directory; only one may");
  }

  /** The disk is full, or is not any more. On any thread. */
  void diskSpace(boolean full) {
    onLoop(() -> input((running, now) -> running.diskSpace(now, full)));
  }

  /** Refuses new requests; the future completes once none is in flight. On the loop's thread. */
  public CompletableFuture<Void> drain() {
    draining = true;
    completeWhenIdle();
    return idle;
  }

  /** The node hears and does nothing any more. On the loop's thread. */
  public void stop() {
    draining = true;
    stopped = true;
    wakeTimer.cancel();
    transport.close();
  }

  /**
   * After {@link #stop}, on another thread: waits for the disk. False where it hangs, so that the
   * storage must not be closed.
   */
  public boolean awaitStorage() {
    boolean written = writer.closeAndWait();
    return reader.closeAndWait() && written;
  }

  /** Something that happens to the node. */
  private interface Input {
    void into(Node node, Now now);
  }

  private void input(Input input) {
    if (stopped) {
      return;
    }
    try {
      input.into(started(), clock.now());
    } catch (RuntimeException | Error e) {
      stopped = true;
      end.abruptly("the node met a state that it cannot handle", e);
      return;
    }
    endTurnLater();
  }

  private void wake() {
    input(Node::wake);
  }

  /** On the writer's thread or, where the loop has written it itself, on the loop's. */
  private void stored(long throughTicket) {
    if (loop.inEventLoop()) {
      input((running, now) -> running.stored(now, throughTicket));
    } else {
      onLoop(() -> input((running, now) -> running.stored(now, throughTicket)));
    }
  }

  private void loadedElsewhere(List<StorageReader.Result> results) {
    onLoop(() -> results.forEach(result -> loaded(result.load(), result.loaded())));
  }

  private void scannedElsewhere(long ticket, Scanned result) {
    onLoop(() -> input((running, now) -> running.scanned(now, ticket, result)));
  }

  private void onLoop(Runnable task) {
    if (!loop.isShuttingDown()) {
      loop.execute(task);
    }
  }

  /** The disk has answered, or the database's own memory. */
  private void loaded(Effect.Load load, Loaded result) {
    if (result instanceof Loaded.Value value) {
      cache.read(load.table(), load.storageKey(), value.record());
    }
    loaded(load.ticket(), result);
  }

  private void loaded(long ticket, Loaded result) {
    input((running, now) -> running.loaded(now, ticket, result));
  }

  /** Tasks run once the loop has read everything that its connections had for it. */
  private void endTurnLater() {
    if (!turnEndsLater) {
      turnEndsLater = true;
      loop.execute(this::endTurn);
    }
  }

  private void endTurn() {
    try {
      carryOut();
      beginRequests();
      carryOut();
      if (!stopped) {
        writer.submit();
        carryOut(); // what the loop has written itself is acknowledged in the same turn
      }
      turnEndsLater = false;
      records = started().records();
      if (!stopped) {
        reader.submit();
        transport.flush();
        wakeTimer.in(started().nextWakeMillis() - clock.now().monotonicMillis());
        completeWhenIdle();
        if (started().requestsWait() || writer.holdsMore()) {
          turnEndsLater = true;
          // A task that is due is run when the loop has read its connections once more.
          var _ = loop.schedule(this::endTurn, 0, TimeUnit.NANOSECONDS);
        }
      }
    } catch (RuntimeException | Error e) {
      stopped = true;
      end.abruptly("what the node wanted could not be carried out", e);
    }
  }

  private void beginRequests() {
    long began = System.nanoTime();
    while (!stopped && started().requestsWait() && System.nanoTime() - began < TURN_NANOS) {
      started().beginNext(clock.now());
      carryOut(); // what it reads tells how many more there is room for
    }
  }

  private void carryOut() {
    // A load that memory answers makes new effects within the same turn.
    while (!outbox.isEmpty() && !stopped) {
      outbox.drain().forEach(this::carryOut);
    }
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Send send -> transport.send(send.to(), send.envelope());
      case Effect.Dial dial -> transport.dial(dial.address());
      case Effect.StopDialling stop -> transport.stopDialling(stop.address());
      case Effect.Load load -> load(load);
      case Effect.Store store -> store(store);
      case Effect.Scan scan -> writer.add(scan);
      case Effect.WorkOut(var before, var entry) -> workOut(before, entry);
      case Effect.Respond response -> respond(response);
      case Effect.Report report -> report(report);
      case Effect.Halt halt -> end.orderly(halt.reason());
    }
  }

  private void store(Effect.Store store) {
    store.mutations().forEach(cache::write);
    writer.add(store);
  }

  private void load(Effect.Load load) {
    var cached = cache.find(load.table(), load.storageKey());
    if (cached != null) {
      loaded(load.ticket(), new Loaded.Value(cached));
      return;
    }
    Loaded inMemory = memory.load(load.table(), load.storageKey());
    if (inMemory == null) {
      reader.add(load);
    } else {
      loaded(load, inMemory);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // it is right at any priority, and all nodes do it now
  private void workOut(Cluster before, LogEntry entry) {
    Thread.ofPlatform()
        .name("flywheel-ring")
        .daemon()
        .priority(Thread.MIN_PRIORITY)
        .start(
            () -> {
              try {
                var next = before.after(entry);
                onLoop(() -> input((running, now) -> running.workedOut(now, next)));
              } catch (RuntimeException | Error e) {
                end.abruptly("what was decided about the ring cannot be followed", e);
              }
            });
  }

  private void respond(Effect.Respond response) {
    var handler = handlers.remove(response.token());
    if (handler == null) {
      LOG.error("an answer without a request: {}", response.token());
      return;
    }
    try {
      handler.respond(response);
    } catch (RuntimeException e) {
      LOG.error("an answer could not be delivered", e);
    }
  }

  private static void report(Effect.Report report) {
    switch (report.severity()) {
      case INFO -> LOG.info("{}", report.text());
      case WARNING -> LOG.warn("{}", report.text());
    }
  }

  private void completeWhenIdle() {
    if (draining && handlers.isEmpty()) {
      idle.complete(null);
    }
  }

  private Node started() {
    if (node == null) {
      throw new IllegalStateException("the node has not been started");
    }
    return node;
  }
}
