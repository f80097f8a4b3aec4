package io.flywheel.server.peer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Warnings that strangers can cause: each subject is heard at most once in ten seconds, with the
 * number of those left out. Forgets the oldest subjects, so that their number is bounded too.
 */
final class RateLimitedLog {
  private static final long QUIET_NANOS = 10_000_000_000L;
  private static final int MOST_SUBJECTS = 256;

  private static final class Subject {
    private long saidNanos;
    private long leftOut;
  }

  private final Logger logger;
  private final LongSupplier nanos;
  private final Map<String, Subject> subjects =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Subject> eldest) {
          return size() > MOST_SUBJECTS;
        }
      };

  RateLimitedLog(Logger logger, LongSupplier nanos) {
    this.logger = logger;
    this.nanos = nanos;
  }

  void warn(String subject, String text) {
    long now = nanos.getAsLong();
    var known = subjects.get(subject);
    if (known == null) {
      known = new Subject();
      subjects.put(subject, known);
    } else if (now - known.saidNanos < QUIET_NANOS) {
      known.leftOut++;
      return;
    }
    if (known.leftOut == 0) {
      logger.warn("{}", text);
    } else {
      logger.warn("{} (and {} more like it)", text, known.leftOut);
    }
    known.saidNanos = now;
    known.leftOut = 0;
  }
}
