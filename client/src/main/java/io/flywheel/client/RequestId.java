package io.flywheel.client;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * 16 bytes that name a write. A key remembers the ids of its living values and of the last 32
 * writes.
 */
public record RequestId(long high, long low) {
  private static final int BYTES = 16;

  /** Another one each time. Unlikely to meet an equal one, but not secret. */
  public static RequestId random() {
    var random = ThreadLocalRandom.current();
    return new RequestId(random.nextLong(), random.nextLong());
  }

  public static RequestId of(UUID id) {
    return new RequestId(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  ByteString bytes() {
    return ByteString.copyFrom(ByteBuffer.allocate(BYTES).putLong(high).putLong(low).flip());
  }
}
