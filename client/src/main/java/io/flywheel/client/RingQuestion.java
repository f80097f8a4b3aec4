package io.flywheel.client;

import io.flywheel.api.v1.GetTopologyRequest;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.api.v1.Topology;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks a node for the ring, for a while. */
final class RingQuestion implements Question {
  private final long knownEpoch;
  private final Consumer<Topology> whenAnswered;
  private final Runnable whenNot;
  private final AtomicBoolean over = new AtomicBoolean();

  RingQuestion(long knownEpoch, Consumer<Topology> whenAnswered, Runnable whenNot) {
    this.knownEpoch = knownEpoch;
    this.whenAnswered = whenAnswered;
    this.whenNot = whenNot;
  }

  @Override
  public @Nullable StreamRequest leave(NodeStream by, long number) {
    return over.get() ? null : message(number, knownEpoch);
  }

  /** As cheap to answer as a request can be, where the ring is known. */
  static StreamRequest message(long number, long knownEpoch) {
    return StreamRequest.newBuilder()
        .setId(number)
        .setTopology(GetTopologyRequest.newBuilder().setKnownEpoch(knownEpoch))
        .build();
  }

  @Override
  public boolean isWithdrawn() {
    return over.get();
  }

  /** Where more waits than a node takes, it is asked again soon instead. */
  @Override
  public boolean isLate(long nowNanos) {
    return true;
  }

  @Override
  public void crowdedOut() {
    giveUp();
  }

  @Override
  public void answered(StreamResponse response) {
    if (!response.hasTopology()) {
      giveUp();
    } else if (over.compareAndSet(false, true)) {
      whenAnswered.accept(response.getTopology());
    }
  }

  @Override
  public void lost(String why) {
    giveUp();
  }

  void giveUp() {
    if (over.compareAndSet(false, true)) {
      whenNot.run();
    }
  }
}
