package io.flywheel.simulator.check;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message.RelayedPut;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A coordinator to whom the first try of a request was brought, and who takes it, mints nothing
 * more for that request, though both wait for its disk: what it has been brought goes first.
 */
final class FirstTriesGoFirst implements Evidence.Listener, Witness {
  /** What a process was brought and has not answered. */
  private static final class Brought {
    private final ReplicaPut put;
    private final long sinceMicros;

    /** What was minted meanwhile, though it had become something else by then; null for nothing. */
    private @Nullable Operation overtaken;

    private Brought(ReplicaPut put, long sinceMicros) {
      this.put = put;
      this.sinceMicros = sinceMicros;
    }
  }

  private final Scene scene;
  private final Map<SimulatedProcess, Map<Long, Brought>> waiting = new HashMap<>();

  FirstTriesGoFirst(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void received(SimulatedProcess to, Envelope envelope) {
    var put =
        switch (envelope.message()) {
          case ReplicaPut direct -> direct;
          case RelayedPut relayed -> relayed.put();
          default -> null;
        };
    if (put != null && put.request() != 0) {
      waiting
          .computeIfAbsent(to, _ -> new HashMap<>())
          .put(put.request(), new Brought(put, nowMicros())); // the answer may be to the last
    }
  }

  @Override
  public void sent(SimulatedProcess from, Envelope envelope) {
    if (envelope.message() instanceof ReplicaPutReply reply) {
      var brought = waiting.computeIfAbsent(from, _ -> new HashMap<>()).remove(reply.request());
      if (brought != null && brought.overtaken != null && reply.status().isStored()) {
        scene.violation(
            FirstTriesGoFirst.class,
            from + " minted for " + brought.overtaken + ", and had been brought its first try");
      }
    }
  }

  @Override
  public void minted(
      SimulatedMachine machine, Key key, Dot dot, Operation operation, Siblings state) {
    var minted = requestOf(dot, state);
    var process = machine.process();
    if (minted == null
        || process == null
        || state.requests().size() >= Siblings.REMEMBERED_REQUESTS) {
      return;
    }
    for (var brought : waiting.getOrDefault(process, Map.of()).values()) {
      // What came in the same turn may have come after it.
      if (brought.put.key().equals(key) && brought.sinceMicros < nowMicros()) {
        var first = appliedIn(brought.put, minted);
        if (first != null
            && first.operationDigest() == minted.operationDigest()
            && !first.dot().equals(dot)) {
          brought.overtaken = operation;
        }
      }
    }
  }

  private static @Nullable AppliedRequest appliedIn(ReplicaPut put, AppliedRequest request) {
    try {
      return SiblingsCodec.decode(put.key(), put.record()).applied(request.id());
    } catch (MalformedException e) {
      return null; // it is refused, too
    }
  }

  private static @Nullable AppliedRequest requestOf(Dot dot, Siblings state) {
    for (AppliedRequest request : state.requests()) {
      if (request.dot().equals(dot)) {
        return request;
      }
    }
    return null;
  }

  private long nowMicros() {
    return scene.cluster().events().nowMicros();
  }
}
