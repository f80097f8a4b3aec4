package io.flywheel.simulator.workload;

/**
 * An overload that comes and goes: clients come at an even rate, then for a while many times as
 * often, then as before. Processors are slow, so that it takes few requests.
 *
 * @param perSecond how many requests begin in a second before and after
 * @param factor how many times as many in between
 * @param quietMicros how long it takes until the pulse comes
 * @param pulseMicros how long it lasts
 * @param absence whether a node is away until the pulse, so that it is owed much when it comes
 * @param timeoutMillis how long a client waits for one answer
 * @param inputMicros how long one input keeps a processor busy
 */
public record Pulse(
    int perSecond,
    int factor,
    long quietMicros,
    long pulseMicros,
    boolean absence,
    long timeoutMillis,
    long inputMicros) {
  /** No more come than before, and it is something else that goes wrong. */
  public boolean isFlat() {
    return factor == 1;
  }
}
