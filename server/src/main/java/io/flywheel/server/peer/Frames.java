package io.flywheel.server.peer;

import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Payloads on a stream of bytes. A frame is the length of what follows it (4 bytes), the version of
 * this framing (1), the payload's CRC-32C (4), and the payload. A length is checked before anything
 * is kept for it, and a payload is copied only when all of it has arrived.
 */
final class Frames {
  static final int HEADER_BYTES = 9;

  /** The largest payload before the handshake: a stranger gets no more memory than that. */
  static final int MOST_HELLO_BYTES = 2 << 10;

  static final int MOST_MESSAGE_BYTES = MessageCodec.MAX_BYTES;

  private static final int LENGTH_BYTES = 4;
  private static final int VERSION = 1;

  private Frames() {}

  static void writeHeader(ByteBuf out, Bytes payload) {
    out.writeInt(HEADER_BYTES - LENGTH_BYTES + payload.length());
    out.writeByte(VERSION);
    out.writeInt(checksum(payload));
  }

  /**
   * Takes the next payload out of {@code in}; null until it is complete.
   *
   * @throws MalformedException where the stream cannot be followed any further
   */
  static @Nullable Bytes next(ByteBuf in, int mostPayloadBytes) throws MalformedException {
    int start = in.readerIndex();
    if (in.readableBytes() < LENGTH_BYTES) {
      return null;
    }
    int length = in.getInt(start);
    int payloadBytes = length - (HEADER_BYTES - LENGTH_BYTES);
    if (length < 0 || payloadBytes < 1 || payloadBytes > mostPayloadBytes) {
      throw new MalformedException(
          "a frame of " + Integer.toUnsignedString(length) + " bytes, at most " + mostPayloadBytes);
    }
    if (in.readableBytes() > LENGTH_BYTES && in.getByte(start + LENGTH_BYTES) != VERSION) {
      throw new MalformedException(
          "framing of version " + in.getUnsignedByte(start + LENGTH_BYTES) + ", not " + VERSION);
    }
    if (in.readableBytes() < HEADER_BYTES + payloadBytes) {
      return null;
    }
    int checksum = in.getInt(start + LENGTH_BYTES + 1);
    byte[] content = new byte[payloadBytes];
    in.skipBytes(HEADER_BYTES).readBytes(content);
    Bytes payload = Bytes.wrap(content);
    if (checksum != checksum(payload)) {
      throw new MalformedException("a frame's checksum does not match");
    }
    return payload;
  }

  private static int checksum(Bytes payload) {
    var crc = new CRC32C();
    crc.update(payload.array(), 0, payload.length());
    return (int) crc.getValue();
  }
}
