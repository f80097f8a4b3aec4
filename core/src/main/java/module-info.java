/** The protocol of Flywheel: no I/O, no clock, no thread, no unseeded random number. */
module io.flywheel.core {
  requires static org.jspecify;

  exports io.flywheel.core.model;
  exports io.flywheel.core.version;
  exports io.flywheel.core.ring;
  exports io.flywheel.core.message;
  exports io.flywheel.core.effect;
  exports io.flywheel.core.membership;
  exports io.flywheel.core.replica;
  exports io.flywheel.core.coordinate;
  exports io.flywheel.core.handoff;
  exports io.flywheel.core.antientropy;
  exports io.flywheel.core.node;
}
