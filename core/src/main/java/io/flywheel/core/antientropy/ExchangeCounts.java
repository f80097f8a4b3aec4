package io.flywheel.core.antientropy;

/** What exchanges have done since the start. */
final class ExchangeCounts {
  /** Exchanges that came to their end. */
  long exchanges;

  /** Those of them in which no key had to be sent, either way. */
  long quietExchanges;

  /** Keys that were confirmed to be different. */
  long differences;

  /** Keys that looked different and were not, when both records had been read. */
  long falseAlarms;

  /** Keys of which two replicas held different values under one dot. */
  long contradictions;

  /** Records sent to other replicas. */
  long keysSent;

  /** Records of other replicas that were merged here. */
  long keysTaken;

  /** The bytes of both. */
  long recordBytes;
}
