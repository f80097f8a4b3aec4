package io.flywheel.simulator.check;

/**
 * How much of what nobody waits for was done: a run in which nothing was owed or forgotten proves
 * nothing about it.
 *
 * @param owed debts noted, once for each owner
 * @param paid debts struck out
 * @param forgotten times that an owner reaped something
 * @param ringSteps entries of the ring log that were decided
 */
public record Upkeep(long owed, long paid, long forgotten, long ringSteps) {
  public static final Upkeep NONE = new Upkeep(0, 0, 0, 0);

  public Upkeep plus(Upkeep other) {
    return new Upkeep(
        owed + other.owed,
        paid + other.paid,
        forgotten + other.forgotten,
        ringSteps + other.ringSteps);
  }

  @Override
  public String toString() {
    return owed
        + " debts, "
        + paid
        + " paid, "
        + forgotten
        + " times forgotten, "
        + ringSteps
        + " steps of the ring";
  }
}
