package io.flywheel.simulator.world;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.model.Now;
import io.flywheel.core.node.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings what one process stores to its disk, as the production server does: stores collect while
 * the disk works and go to it as one batch; {@code stored} follows the sync and never a failure,
 * which stops the process. Scans are opened between the stores that they came between.
 */
final class SimulatedWriter {
  private static final long NO_TICKET = -1;
  private static final long PERIOD_MICROS = 200_000;

  private final SimulatedCluster cluster;
  private final SimulatedMachine machine;
  private final SimulatedProcess process;
  private final Node node;
  private List<Effect> collected = new ArrayList<>();
  private List<Mutation> unsynced = new ArrayList<>();
  private boolean storing;

  SimulatedWriter(
      SimulatedCluster cluster, SimulatedMachine machine, SimulatedProcess process, Node node) {
    this.cluster = cluster;
    this.machine = machine;
    this.process = process;
    this.node = node;
  }

  void add(Effect.Store store) {
    collected.add(store);
    writeCollected();
  }

  void add(Effect.Scan scan) {
    collected.add(scan);
    writeCollected();
  }

  private void writeCollected() {
    if (storing || collected.isEmpty()) {
      return;
    }
    storing = true;
    var batch = collected;
    collected = new ArrayList<>();
    cluster.afterDisk(machine, () -> write(batch));
  }

  private void write(List<Effect> batch) {
    if (!process.alive()) {
      return;
    }
    var mutations = new ArrayList<Mutation>();
    var unwritten = new ArrayList<Mutation>();
    boolean sync = false;
    long through = NO_TICKET;
    for (var effect : batch) {
      if (effect instanceof Effect.Store store) {
        mutations.addAll(store.mutations());
        unwritten.addAll(store.mutations());
        sync |= process.config().durable() || store.evenInPeriodicMode();
        through = store.ticket();
      } else if (effect instanceof Effect.Scan scan) {
        if (!written(unwritten)) {
          return;
        }
        unwritten = new ArrayList<>();
        scan(scan);
      }
    }
    if (!written(unwritten)) {
      return;
    }
    if (through == NO_TICKET) {
      storing = false;
      writeCollected();
      return;
    }
    whenWritten(mutations, sync, through);
  }

  /** Whether the write succeeded; a process whose write failed stops. */
  private boolean written(List<Mutation> mutations) {
    if (mutations.isEmpty() || StoragePolicy.write(machine.disk(), mutations)) {
      return true;
    }
    cluster.crash(machine, true, "failed write");
    return false;
  }

  /** What is there at this moment, between two stores, is what the scan will show. */
  private void scan(Effect.Scan scan) {
    var cursor = machine.disk().cursor(scan.table(), scan.from(), scan.to());
    cluster.afterDisk(
        machine,
        () -> {
          if (process.alive()) {
            var result = cursor.read(scan.maxEntries(), scan.maxBytes());
            cluster.trace().add(Trace.Kind.LOAD, process.life(), scan.ticket());
            process.input(now -> node.scanned(now, scan.ticket(), result));
          }
        });
  }

  private void whenWritten(List<Mutation> mutations, boolean sync, long through) {
    cluster.trace().add(Trace.Kind.WRITE, process.life(), through);
    if (sync) {
      cluster.afterDisk(machine, () -> sync(mutations, through));
    } else {
      syncSoon(mutations);
      process.input(now -> stored(now, through));
    }
  }

  /** Periodic durability: what was written is synced within a while, and nobody waits for it. */
  private void syncSoon(List<Mutation> mutations) {
    if (unsynced.isEmpty()) {
      cluster
          .events()
          .after(
              PERIOD_MICROS,
              () -> {
                var period = unsynced;
                unsynced = new ArrayList<>();
                if (process.alive() && StoragePolicy.sync(machine.disk())) {
                  cluster.witness().synced(machine, period);
                } else if (process.alive()) {
                  cluster.crash(machine, true, "failed sync");
                }
              });
    }
    unsynced.addAll(mutations);
  }

  private void sync(List<Mutation> mutations, long through) {
    if (!process.alive()) {
      return;
    }
    if (!StoragePolicy.sync(machine.disk())) {
      cluster.crash(machine, true, "failed sync");
      return;
    }
    cluster.trace().add(Trace.Kind.SYNC, process.life(), through);
    cluster.witness().synced(machine, mutations);
    process.input(now -> stored(now, through));
  }

  private void stored(Now now, long through) {
    storing = false;
    node.stored(now, through);
    writeCollected();
  }
}
