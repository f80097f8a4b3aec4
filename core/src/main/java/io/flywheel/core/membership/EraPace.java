package io.flywheel.core.membership;

import java.util.SplittableRandom;

/**
 * How long an era lasts, and when a member follows the one that has begun the next.
 *
 * <p>Everybody has to hear of everybody that it has adopted an era, so what there is to tell of
 * eras grows with the members, and each passes it on a number of times that grows, too. An era
 * therefore lasts long enough for all that to be told at a pace which does not depend on how many
 * they are, and its adoptions are spread over that time. Up to 34 members an era lasts as long as
 * is asked for, and is adopted as soon as somebody begins it; of 100 it lasts 3.3 times as long,
 * and of 1,000 46 times.
 */
public final class EraPace {
  /**
   * How many adoptions each member tells while the shortest era lasts: 8 a second in half a minute.
   */
  private static final long TELLINGS = 240;

  private static final long NOT_YET = Long.MAX_VALUE;

  private final long leastMillis;
  private final SplittableRandom random;
  private long adoptedMillis;
  private long followsMillis = NOT_YET;

  public EraPace(long leastMillis, SplittableRandom random) {
    this.leastMillis = leastMillis;
    this.random = random;
  }

  /** How long an era lasts at the least among so many members. */
  public static long millis(long leastMillis, int members) {
    long tellings = (long) members * Rumours.timesTold(members);
    return leastMillis * Math.max(TELLINGS, tellings) / TELLINGS;
  }

  /** The present era begins here. */
  public void adopted(long nowMillis) {
    adoptedMillis = nowMillis;
    followsMillis = NOT_YET;
  }

  /** Whether it is time for the next era, as far as time goes. */
  public boolean isTime(Eras eras, long nowMillis) {
    long eraMillis = millis(leastMillis, eras.members());
    if (eras.isBehind() && followsMillis == NOT_YET) {
      followsMillis = nowMillis + random.nextLong(eraMillis - leastMillis + 1);
    }
    return nowMillis >= followsMillis || nowMillis - adoptedMillis >= eraMillis;
  }
}
