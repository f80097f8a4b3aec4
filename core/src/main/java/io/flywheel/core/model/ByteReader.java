package io.flywheel.core.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Reads what {@link ByteWriter} wrote. The bytes may come from anywhere: every length is checked
 * against what is left before memory is taken, and anything wrong is a {@link MalformedException}.
 */
public final class ByteReader {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] buffer;
  private int position;
  private final int limit;

  public ByteReader(byte[] buffer) {
    this(buffer, 0, buffer.length);
  }

  public ByteReader(byte[] buffer, int offset, int count) {
    this.buffer = buffer;
    this.position = offset;
    this.limit = offset + count;
  }

  public int remaining() {
    return limit - position;
  }

  public int position() {
    return position;
  }

  public int u8() throws MalformedException {
    need(1);
    return buffer[position++] & 0xff;
  }

  public int u16() throws MalformedException {
    need(2);
    int high = buffer[position++] & 0xff;
    return high << 8 | (buffer[position++] & 0xff);
  }

  /** So many as {@link #u16} reads one. */
  public short[] u16s(int count) throws MalformedException {
    if (count < 0 || count > remaining() / Short.BYTES) {
      throw new MalformedException("cut short: " + count + " numbers wanted");
    }
    var values = new short[count];
    ByteBuffer.wrap(buffer, position, count * Short.BYTES).asShortBuffer().get(values);
    position += values.length * Short.BYTES;
    return values;
  }

  public int i32() throws MalformedException {
    need(4);
    int value = (int) INT.get(buffer, position);
    position += 4;
    return value;
  }

  public long i64() throws MalformedException {
    need(8);
    long value = (long) LONG.get(buffer, position);
    position += 8;
    return value;
  }

  public boolean bool() throws MalformedException {
    int value = u8();
    if (value > 1) {
      throw new MalformedException("a flag is neither 0 nor 1 but " + value);
    }
    return value == 1;
  }

  /** Only the shortest form of a varint is accepted, so that equal content has equal bytes. */
  public long varint() throws MalformedException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = u8();
      if (shift == 63 && next > 1) {
        break;
      }
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        if (next == 0 && shift > 0) {
          throw new MalformedException("a varint is longer than it needs to be");
        }
        return value;
      }
    }
    throw new MalformedException("a varint does not end within 64 bits");
  }

  /** A count or length of at most {@code most}. */
  public int count(int most) throws MalformedException {
    long value = varint();
    if (value < 0 || value > most) {
      throw new MalformedException(
          "a count of " + Long.toUnsignedString(value) + " is above " + most);
    }
    return (int) value;
  }

  public byte[] raw(int count) throws MalformedException {
    need(count);
    byte[] bytes = Arrays.copyOfRange(buffer, position, position + count);
    position += count;
    return bytes;
  }

  public Bytes bytes(int most) throws MalformedException {
    return Bytes.wrap(raw(count(most)));
  }

  public String text(int mostBytes) throws MalformedException {
    int count = count(mostBytes);
    need(count);
    if (isAscii(count)) {
      String text = new String(buffer, position, count, StandardCharsets.ISO_8859_1);
      position += count;
      return text;
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(buffer, position, count))
              .toString();
      position += count;
      return text;
    } catch (CharacterCodingException e) {
      throw new MalformedException("a text is not UTF-8");
    }
  }

  private boolean isAscii(int count) {
    int bits = 0;
    for (int i = position; i < position + count; i++) {
      bits |= buffer[i];
    }
    return bits >= 0;
  }

  /** Reads a CRC-32C and compares it with that of everything from {@code offset} to before it. */
  public void verifyChecksumFrom(int offset) throws MalformedException {
    var crc = new CRC32C();
    crc.update(buffer, offset, position - offset);
    if (i32() != (int) crc.getValue()) {
      throw new MalformedException("the checksum does not match");
    }
  }

  public void end() throws MalformedException {
    if (remaining() != 0) {
      throw new MalformedException(remaining() + " bytes too many");
    }
  }

  private void need(int count) throws MalformedException {
    if (count < 0 || count > limit - position) {
      throw new MalformedException(
          "cut short: " + count + " bytes wanted, " + (limit - position) + " left");
    }
  }
}
