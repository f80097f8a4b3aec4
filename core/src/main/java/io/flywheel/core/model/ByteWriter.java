package io.flywheel.core.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * Appends to a growing array, big-endian. Unsigned integers that are usually small are written as
 * varints of seven bits a byte, lowest first. {@link ByteReader} reads the same back.
 */
public final class ByteWriter {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private byte[] buffer;
  private int length;

  public ByteWriter() {
    this(128);
  }

  public ByteWriter(int expectedBytes) {
    buffer = new byte[Math.max(16, expectedBytes)];
  }

  public int length() {
    return length;
  }

  public ByteWriter u8(int value) {
    ensure(1);
    buffer[length++] = (byte) value;
    return this;
  }

  public ByteWriter u16(int value) {
    ensure(2);
    buffer[length++] = (byte) (value >>> 8);
    buffer[length++] = (byte) value;
    return this;
  }

  /** Each as {@link #u16} writes it. */
  public ByteWriter u16s(short[] values) {
    int bytes = Math.multiplyExact(values.length, Short.BYTES);
    ensure(bytes);
    ByteBuffer.wrap(buffer, length, bytes).asShortBuffer().put(values);
    length += bytes;
    return this;
  }

  public ByteWriter i32(int value) {
    ensure(4);
    INT.set(buffer, length, value);
    length += 4;
    return this;
  }

  public ByteWriter i64(long value) {
    ensure(8);
    LONG.set(buffer, length, value);
    length += 8;
    return this;
  }

  public ByteWriter bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  /** An unsigned integer; negative values take ten bytes. */
  public ByteWriter varint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[length++] = (byte) rest;
    return this;
  }

  public ByteWriter raw(byte[] bytes) {
    return raw(bytes, 0, bytes.length);
  }

  public ByteWriter raw(byte[] bytes, int offset, int count) {
    ensure(count);
    System.arraycopy(bytes, offset, buffer, length, count);
    length += count;
    return this;
  }

  /** A varint length, then the bytes. */
  public ByteWriter bytes(Bytes bytes) {
    varint(bytes.length());
    return raw(bytes.array());
  }

  /** A varint length, then UTF-8. */
  public ByteWriter text(String text) {
    return bytes(Bytes.utf8(text));
  }

  /** CRC-32C of everything from {@code offset} to here. */
  public ByteWriter checksumFrom(int offset) {
    var crc = new CRC32C();
    crc.update(buffer, offset, length - offset);
    return i32((int) crc.getValue());
  }

  /** Feeds what was written so far, in order, to a checksum. */
  public void update(Checksum checksum) {
    checksum.update(buffer, 0, length);
  }

  public byte[] toByteArray() {
    return length == buffer.length ? buffer : Arrays.copyOf(buffer, length);
  }

  public Bytes toBytes() {
    return Bytes.wrap(toByteArray());
  }

  private void ensure(int more) {
    if (buffer.length - length < more) {
      long doubled = Math.max(buffer.length * 2L, (long) length + more);
      buffer = Arrays.copyOf(buffer, (int) Math.min(doubled, Integer.MAX_VALUE - 8));
    }
  }
}
