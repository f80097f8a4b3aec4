package io.flywheel.server.http;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.node.Prospect;
import io.flywheel.core.node.RingAnswer;
import io.flywheel.core.node.RingOrder;
import io.flywheel.core.node.Standing;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.server.rocksdb.DiskUse;
import io.flywheel.server.runtime.RequestPort;
import io.flywheel.server.runtime.ResponseHandler;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node that answers what a test tells it to, on the loop and after {@code submit} has returned.
 */
public final class ScriptedPort implements RequestPort {
  public static final Receipt WRITE_RECEIPT = new Receipt(3, 2, 0, 2, 1, true, 0);
  public static final Receipt READ_RECEIPT = new Receipt(3, 2, 1, 2, 1, true, 1);

  private final EventLoop eventLoop;
  private final BlockingQueue<ClientRequest> requests = new LinkedBlockingQueue<>();
  public final AtomicInteger repairs = new AtomicInteger();
  public final List<LoserLog.Loser> losers = new CopyOnWriteArrayList<>();

  /** What operators wanted of the ring, and what they are told. */
  public final List<String> orders = new CopyOnWriteArrayList<>();

  public volatile RingAnswer ringAnswer = new RingAnswer.Accepted(2);
  public volatile @Nullable Prospect prospect;
  private final BlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
  private volatile Function<ClientRequest, @Nullable Outcome> script = request -> null;
  private volatile String token = "";
  private volatile @Nullable Supplier<NodeView> view;

  public ScriptedPort(EventLoop eventLoop) {
    this.eventLoop = eventLoop;
  }

  /** What every request ends in from now on; null for one that {@link #release} answers. */
  public void answer(String contextToken, Function<ClientRequest, @Nullable Outcome> outcome) {
    token = contextToken;
    script = outcome;
  }

  public void answer(String contextToken, Outcome outcome) {
    answer(contextToken, request -> outcome);
  }

  /** Answers the request that has waited longest. */
  public void release() throws InterruptedException {
    eventLoop.execute(held.take());
  }

  public void looksLike(Supplier<NodeView> supplier) {
    view = supplier;
  }

  /** The next request that came through. */
  public ClientRequest next() throws InterruptedException {
    ClientRequest request = requests.poll(10, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request came through");
    }
    return request;
  }

  public ClientRequest.Put nextPut() throws InterruptedException {
    return (ClientRequest.Put) next();
  }

  public boolean sawNothing() {
    return requests.isEmpty();
  }

  public static Outcome written() {
    return new Outcome.Written(Context.EMPTY, WRITE_RECEIPT);
  }

  public static Outcome found(Sibling... values) {
    return new Outcome.Found(List.of(values), Context.EMPTY, READ_RECEIPT);
  }

  public static Sibling text(String value) {
    return typed(Bytes.utf8(value), "");
  }

  public static Sibling typed(Bytes value, String contentType) {
    return Sibling.value(new Dot(new Actor(1, 1), 1), value, contentType, Sibling.NEVER);
  }

  @Override
  public void submit(ClientRequest request, ResponseHandler handler) {
    if (!eventLoop.inEventLoop()) {
      throw new IllegalStateException("not on the loop");
    }
    requests.add(request);
    Outcome outcome = script.apply(request);
    String context = token;
    if (outcome == null) {
      held.add(() -> handler.respond(new Effect.Respond(1, request.key(), found(), () -> context)));
    } else {
      eventLoop.execute(
          () -> handler.respond(new Effect.Respond(1, request.key(), outcome, () -> context)));
    }
  }

  @Override
  public RecordSettings records() {
    return RecordSettings.of(TestServer.LIMITS, List.of());
  }

  @Override
  public NodeView view() {
    var supplier = view;
    if (supplier == null) {
      throw new IllegalStateException("the test has given no view");
    }
    return supplier.get();
  }

  @Override
  public void losers(@Nullable Key key, int most, Consumer<LoserLog.Listing> whenRead) {
    var listing = losers.stream().filter(l -> key == null || key.equals(l.key())).toList();
    var newest = listing.subList(Math.max(0, listing.size() - most), listing.size());
    eventLoop.execute(
        () -> whenRead.accept(new LoserLog.Listing(newest, newest.size() == listing.size())));
  }

  @Override
  public void repairAll() {
    repairs.incrementAndGet();
  }

  @Override
  public void join(@Nullable String replaces, Consumer<RingAnswer> answer) {
    orders.add("join " + replaces);
    eventLoop.execute(() -> answer.accept(ringAnswer));
  }

  @Override
  public void changeRing(RingOrder order, Consumer<RingAnswer> answer) {
    orders.add(order.toString());
    eventLoop.execute(() -> answer.accept(ringAnswer));
  }

  @Override
  public Standing standing() {
    return view().changes().standing();
  }

  @Override
  public Prospect prospect() {
    return Objects.requireNonNull(prospect);
  }

  @Override
  public long transferBytesPerSecond() {
    return 1_000;
  }

  @Override
  public DiskUse diskUse() {
    return new DiskUse(4096, 1L << 30);
  }

  @Override
  public EventLoop eventLoop() {
    return eventLoop;
  }
}
