package io.flywheel.simulator.check;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.GroupSums;
import io.flywheel.core.message.Message.ReapAsk;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.SliceKeys;
import io.flywheel.core.message.Message.TreeSums;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * A process whose clients have waited for long does next to nothing that nobody waits for. It knows
 * by what has waited, so it has a moment to find out.
 */
public final class BackgroundYields implements Witness {
  private static final long LONG_WAIT_MICROS = 60_000;
  private static final long GRACE_MICROS = 2_000_000;

  /**
   * At the slowest pace 2 KiB of debts are paid in a second, and as much as was saved up: eight of
   * them, as each costs 512 bytes beside its own. The other kinds of work begin something at times.
   */
  private static final int MOST_PER_SECOND = 10;

  /** Where the request numbers of debts and exchanges lie. */
  private static final long FIRST_BACKGROUND = 1L << 58;

  private static final long LAST_BACKGROUND = 1L << 60;

  private static final class Busy {
    private long sinceMicros = Long.MAX_VALUE;
    private long second;
    private final TreeSet<Long> begun = new TreeSet<>();
  }

  private final Scene scene;
  private final Map<SimulatedProcess, Busy> processes = new HashMap<>();
  private boolean watching;

  public BackgroundYields(Scene scene) {
    this.scene = scene;
  }

  /** From now on; it takes slow processors to see anything. */
  public void watch() {
    watching = true;
  }

  @Override
  public void sent(SimulatedProcess from, Envelope envelope) {
    if (!watching) {
      return;
    }
    var busy = processes.computeIfAbsent(from, _ -> new Busy());
    long now = scene.cluster().events().nowMicros();
    if (from.waitingMicros() < LONG_WAIT_MICROS) {
      busy.sinceMicros = Long.MAX_VALUE;
    } else if (busy.sinceMicros == Long.MAX_VALUE) {
      busy.sinceMicros = now;
    } else if (now - busy.sinceMicros > GRACE_MICROS) {
      long request = background(envelope.message());
      if (request != 0) {
        begun(from, busy, request, now / 1_000_000);
      }
    }
  }

  private void begun(SimulatedProcess from, Busy busy, long request, long second) {
    if (busy.second != second) {
      busy.second = second;
      busy.begun.clear();
    }
    busy.begun.add(request);
    if (busy.begun.size() > MOST_PER_SECOND) {
      scene.violation(
          BackgroundYields.class,
          from + " begins " + busy.begun.size() + " things that can wait while its clients do");
    }
  }

  /** The number of what it belongs to; 0 for what somebody waits for, or is an answer. */
  private static long background(Message message) {
    return switch (message) {
      case GroupSums sums -> sums.request();
      case TreeSums sums -> sums.request();
      case SliceKeys keys -> keys.request();
      case ReapAsk ask -> ask.request();
      case ReplicaPut put -> isBackground(put.request()) ? put.request() : 0;
      case ReplicaGet get -> isBackground(get.request()) ? get.request() : 0;
      default -> 0;
    };
  }

  static boolean isBackground(long request) {
    return request >= FIRST_BACKGROUND && request < LAST_BACKGROUND;
  }
}
