package io.flywheel.core.version;

import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Records that nobody wrote and whose checksum is right all the same. */
public final class Forged {
  private Forged() {}

  /** The record with this byte in the place of another. */
  public static Bytes record(Key key, Bytes record, int place, int value) {
    byte[] body = Arrays.copyOf(record.array(), record.length() - Integer.BYTES);
    body[place] = (byte) value;
    return record(key, body);
  }

  /** With the checksum that belongs to it. */
  public static Bytes record(Key key, byte[] body) {
    var crc = new CRC32C();
    crc.update(body);
    crc.update(key.bytes().array());
    crc.update(Bytes.utf8(key.namespace()).array());
    return new ByteWriter().raw(body).i32((int) crc.getValue()).toBytes();
  }
}
