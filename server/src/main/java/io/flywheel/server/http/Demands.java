package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.flywheel.core.model.Answers;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.Level;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.ring.Ring;
import io.flywheel.server.config.DurationText;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * What a request's headers ask of the store. All are checked, also those that its method does not
 * use: a typing error in one would otherwise go unnoticed. A count or time to live of 0 means that
 * the client did not say.
 *
 * @param w how many nodes must have a write, and where
 * @param r how many nodes must answer a read, and where
 */
record Demands(
    Answers w,
    Answers r,
    int pw,
    int pr,
    long timeoutMillis,
    long ttlMillis,
    @Nullable String context,
    @Nullable RequestId requestId) {
  static final long USUAL_TIMEOUT_MILLIS = 1_000;
  static final long LONGEST_TIMEOUT_MILLIS = 60_000;

  /** A century, leap days included. */
  static final long LONGEST_TTL_SECONDS = 36_525L * 86_400;

  static final int LONGEST_IDEMPOTENCY_KEY = 255;

  /** Reads the headers. How many copies there are only the node can know, and it checks. */
  static Demands of(RequestHead head) throws ProblemException {
    return new Demands(
        answers(head, Header.W),
        answers(head, Header.R),
        count(head, Header.PW),
        count(head, Header.PR),
        timeoutMillis(head),
        ttlMillis(head),
        context(head),
        requestId(head));
  }

  private static Answers answers(RequestHead head, Header header) throws ProblemException {
    String text = head.header(header);
    var level = text == null ? null : Level.named(text);
    return level == null ? Answers.of(count(head, header)) : Answers.of(level);
  }

  private static int count(RequestHead head, Header header) throws ProblemException {
    String text = head.header(header);
    if (text == null) {
      return 0;
    }
    long answers = number(text);
    if (answers < 1 || answers > Ring.MOST_REPLICAS) {
      boolean named = header == Header.W || header == Header.R;
      throw malformed(
          header,
          "is a whole number from 1 to the number of copies"
              + (named ? ", or one of " + Level.NAMES : ""));
    }
    return (int) answers;
  }

  private static long timeoutMillis(RequestHead head) throws ProblemException {
    String text = head.header(Header.TIMEOUT);
    if (text == null) {
      return USUAL_TIMEOUT_MILLIS;
    }
    long millis = DurationText.parseMillis(text);
    if (millis < 1 || millis > LONGEST_TIMEOUT_MILLIS) {
      throw malformed(Header.TIMEOUT, "is a duration from 1ms to 60s, such as 200ms or 2s");
    }
    return millis;
  }

  private static long ttlMillis(RequestHead head) throws ProblemException {
    String text = head.header(Header.TTL);
    if (text == null) {
      return 0;
    }
    long seconds = number(text);
    if (seconds < 1 || seconds > LONGEST_TTL_SECONDS) {
      throw new ProblemException(
          ProblemType.BAD_TTL, "TTL is a whole number of seconds from 1 to " + LONGEST_TTL_SECONDS);
    }
    return seconds * 1_000;
  }

  /** An empty context is what a client has that never read one, and so the same as none. */
  private static @Nullable String context(RequestHead head) {
    String text = head.header(Header.CONTEXT);
    return text == null || text.isEmpty() ? null : text;
  }

  private static @Nullable RequestId requestId(RequestHead head) throws ProblemException {
    String text = head.header(Header.IDEMPOTENCY_KEY);
    if (text == null) {
      return null;
    }
    if (text.isEmpty() || text.length() > LONGEST_IDEMPOTENCY_KEY) {
      throw malformed(Header.IDEMPOTENCY_KEY, "has 1 to 255 characters");
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(ISO_8859_1));
      var in = new ByteReader(digest);
      return new RequestId(in.i64(), in.i64());
    } catch (NoSuchAlgorithmException | MalformedException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The number, -1 for what is none or too long to be in any range. */
  private static long number(String text) {
    if (text.isEmpty() || text.length() > 12) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = number * 10 + (digit - '0');
    }
    return number;
  }

  private static ProblemException malformed(Header header, String rule) {
    return new ProblemException(ProblemType.MALFORMED_HEADER, header.text() + " " + rule);
  }
}
