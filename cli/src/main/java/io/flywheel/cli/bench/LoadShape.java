package io.flywheel.cli.bench;

import java.time.Duration;

/**
 * What load to make.
 *
 * @param concurrency requests under way at once, at most
 * @param rate requests a second to send, whether answers come or not; 0 for as many as are answered
 * @param keys how many different keys there are; each is as likely as any other
 * @param readShare of all requests, from 0 to 1
 * @param warmUp how long to run before anything counts
 * @param w replicas that confirm a write; 0 for the cluster's default
 * @param r replicas that answer a read; 0 for the cluster's default
 */
public record LoadShape(
    int concurrency,
    int rate,
    int keys,
    int valueBytes,
    double readShare,
    Duration warmUp,
    Duration measured,
    int w,
    int r) {
  /** What the client takes at once. */
  private static final int MOST_CONCURRENCY = 10_000;

  private static final int MOST_RATE = 1_000_000;
  private static final int MOST_KEYS = 100_000_000;
  private static final int MOST_VALUE_BYTES = 16 << 20;
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final int MOST_REPLICAS = 255;

  public LoadShape {
    check("--concurrency", concurrency, 1, MOST_CONCURRENCY);
    check("--rate", rate, 0, MOST_RATE);
    check("--keys", keys, 1, MOST_KEYS);
    check("--value-bytes", valueBytes, 0, MOST_VALUE_BYTES);
    if (!(readShare >= 0 && readShare <= 1)) {
      throw new IllegalArgumentException(
          "--mix is the share of reads, from 0 to 1, not " + readShare);
    }
    check("--warm-up", warmUp.toSeconds(), 0, LONGEST.toSeconds());
    check("--seconds", measured.toSeconds(), 1, LONGEST.toSeconds());
    check("--w", w, 0, MOST_REPLICAS);
    check("--r", r, 0, MOST_REPLICAS);
  }

  private static void check(String option, long number, long least, long most) {
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          "%s is from %d to %d, not %d".formatted(option, least, most, number));
    }
  }
}
