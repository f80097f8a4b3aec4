package io.flywheel.core.node;

/** What became of an operator's wish to change the ring. */
public sealed interface RingAnswer {
  /** It was decided, and this node has it on its disk: the change goes on by itself. */
  record Accepted(long epoch) implements RingAnswer {}

  /** Nothing has changed, and why. */
  record Refused(String reason) implements RingAnswer {}

  /** Too few members have answered in time; it may yet be decided. To be asked again. */
  record Unknown(String detail) implements RingAnswer {}
}
