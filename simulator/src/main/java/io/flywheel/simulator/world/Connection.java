package io.flywheel.simulator.world;

/** A connection between two processes, which ends with either of them. */
final class Connection {
  private final SimulatedProcess dialer;
  private final SimulatedProcess acceptor;
  private boolean open = true;

  Connection(SimulatedProcess dialer, SimulatedProcess acceptor) {
    this.dialer = dialer;
    this.acceptor = acceptor;
  }

  SimulatedProcess dialer() {
    return dialer;
  }

  SimulatedProcess acceptor() {
    return acceptor;
  }

  SimulatedProcess other(SimulatedProcess end) {
    return end == dialer ? acceptor : dialer;
  }

  boolean has(SimulatedProcess process) {
    return dialer == process || acceptor == process;
  }

  boolean isOpen() {
    return open;
  }

  void close() {
    open = false;
  }
}
