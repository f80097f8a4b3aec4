package io.flywheel.simulator.workload;

import java.util.List;

/**
 * How the ring changes in one run.
 *
 * @param meanMicros from one wish to the next, on average
 * @param wishes what operators want, each as often as the others
 * @param meddling the share of the steps of a change at which something befalls those who take part
 */
public record Changes(long meanMicros, List<Wish> wishes, double meddling) {
  /** What an operator may want, or may happen to those whom it concerns. */
  public enum Wish {
    /** A new machine is to join. */
    JOIN,
    /** A member is to leave. */
    LEAVE,
    /** A machine is lost, and is to be removed. */
    REMOVE,
    /** A machine is lost, and another one is to take its place. */
    REPLACE,
    /** A member is to have another share. */
    REWEIGH,
    /** There are to be more copies of each key, or fewer. */
    REPLICATE,
    /** The change that is under way is to be undone. */
    UNDO,
    /** The machine that a change is about is lost. */
    LOSE_SUBJECT,
    /** Several machines are lost at once, up to half of them or more; others take their places. */
    LOSE_SEVERAL,
    /** Two changes are wanted at once, on both sides of a cut. */
    RIVALS
  }
}
