package io.flywheel.core.ring;

import io.flywheel.core.model.MalformedException;

/**
 * How far a ring has changed into the next. Phases follow each other only when every member has the
 * one before on its disk, so two nodes are never more than one apart, and what one of them writes
 * the other one reads: in adjacent phases some ring is both written and read.
 */
public enum Phase {
  /** Copies are on their way: writes go to the owners before and after, reads to those before. */
  JOINING(1),
  /** All copies have arrived: writes go to the owners before and after, reads to those after. */
  READY(2);

  private final int code;

  Phase(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  static Phase of(int code) throws MalformedException {
    for (Phase phase : values()) {
      if (phase.code == code) {
        return phase;
      }
    }
    throw new MalformedException("a ring's change in the unknown phase " + code);
  }
}
