package io.flywheel.server.http;

import io.flywheel.core.model.Bytes;
import io.flywheel.server.http.Problem.Outcome;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Gathers the body of one request at a time. A body of known length is paid for and allocated at
 * once, and copied once, into the array that may end up as the stored value.
 */
final class BodyBuffer {
  private static final byte[] NOTHING = new byte[0];
  private static final int FIRST_CHUNK_BYTES = 4 << 10;

  private final Budget budget;
  private byte[] bytes = NOTHING;
  private int length;
  private int limitBytes;
  private long paidBytes;

  BodyBuffer(Budget budget) {
    this.budget = budget;
  }

  /**
   * Prepares for a body.
   *
   * @param declaredBytes its length, -1 where it comes in chunks
   */
  void begin(long declaredBytes, int limitBytes) throws ProblemException {
    this.limitBytes = limitBytes;
    if (declaredBytes > limitBytes) {
      throw tooLarge();
    }
    if (declaredBytes > 0) {
      resize((int) declaredBytes);
    }
  }

  void add(ByteBuf content) throws ProblemException {
    int more = content.readableBytes();
    if (more > limitBytes - length) {
      throw tooLarge();
    }
    if (more > bytes.length - length) {
      int doubled = Math.max(bytes.length * 2, FIRST_CHUNK_BYTES);
      resize(Math.clamp(doubled, length + more, limitBytes));
    }
    content.readBytes(bytes, length, more);
    length += more;
  }

  private void resize(int capacity) throws ProblemException {
    if (!budget.take(capacity - bytes.length)) {
      throw new ProblemException(
          Problem.of(
              ProblemType.UNAVAILABLE,
              "too much is being uploaded at the same time",
              Outcome.NOT_DONE));
    }
    paidBytes += capacity - bytes.length;
    bytes = Arrays.copyOf(bytes, capacity);
  }

  private ProblemException tooLarge() {
    return new ProblemException(
        ProblemType.VALUE_TOO_LARGE,
        "the body has more than the " + limitBytes + " bytes that are taken");
  }

  /** All that was gathered. It stays paid for until {@link #release}. */
  Bytes take() {
    byte[] taken = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    bytes = NOTHING;
    length = 0;
    return Bytes.wrap(taken);
  }

  /** Lets go of the body and of what was paid for it. */
  void release() {
    bytes = NOTHING;
    length = 0;
    if (paidBytes > 0) {
      budget.giveBack(paidBytes);
      paidBytes = 0;
    }
  }
}
