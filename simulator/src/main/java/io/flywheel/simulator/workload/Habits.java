package io.flywheel.simulator.workload;

import io.flywheel.core.model.Key;
import java.util.List;

/**
 * How the clients of one run behave.
 *
 * @param clients how many there are
 * @param keys those that they work on: few, so that they meet
 * @param requests how many operations they do in all
 * @param pauseMicros how long one waits after an answer, on average
 * @param misbehaviour the share of operations that are not read, merge, write
 * @param mischief what they do then, each as often as the others
 * @param deletions the share of writes that delete
 * @param timeoutMillis how long one usually waits; 0 leaves it to the node
 * @param strict whether they often ask for primaries
 * @param byDatacenter whether they mostly ask for quorums of one data centre, or of each
 * @param lostAnswers the share of answers that never arrive
 */
public record Habits(
    int clients,
    List<Key> keys,
    int requests,
    long pauseMicros,
    double misbehaviour,
    List<Mischief> mischief,
    double deletions,
    long timeoutMillis,
    boolean strict,
    boolean byDatacenter,
    double lostAnswers) {

  public Habits withRequests(int others) {
    return new Habits(
        clients,
        keys,
        others,
        pauseMicros,
        misbehaviour,
        mischief,
        deletions,
        timeoutMillis,
        strict,
        byDatacenter,
        lostAnswers);
  }

  /** The same, spread over about so much time. */
  public Habits over(long micros) {
    return new Habits(
        clients,
        keys,
        requests,
        micros * clients / requests,
        misbehaviour,
        mischief,
        deletions,
        timeoutMillis,
        strict,
        byDatacenter,
        lostAnswers);
  }

  public Habits withKeys(List<Key> others) {
    return new Habits(
        clients,
        others,
        requests,
        pauseMicros,
        misbehaviour,
        mischief,
        deletions,
        timeoutMillis,
        strict,
        byDatacenter,
        lostAnswers);
  }

  /** The same of clients in several data centres. */
  public Habits amongDatacenters() {
    return new Habits(
        clients,
        keys,
        requests,
        pauseMicros,
        misbehaviour,
        mischief,
        deletions,
        timeoutMillis,
        strict,
        true,
        lostAnswers);
  }
}
