package io.flywheel.core.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A key within its namespace: 1 to {@value #MAX_BYTES} bytes of any value. Its hash, the place on
 * the ring, is the 128 bits of MD5 as in the Dynamo paper (section 4.2): spread is what is asked of
 * it, not secrecy.
 */
public final class Key implements Comparable<Key> {
  public static final int MAX_BYTES = 1024;

  /** Never used but to be cloned. */
  private static final MessageDigest MD5 = md5();

  private final String namespace;
  private final Bytes bytes;
  private final long hashHigh;
  private final long hashLow;

  public Key(String namespace, Bytes bytes) {
    if (bytes.isEmpty() || bytes.length() > MAX_BYTES) {
      throw new IllegalArgumentException("a key has 1 to 1,024 bytes, not " + bytes.length());
    }
    this.namespace = namespace;
    this.bytes = bytes;
    byte[] digest = digest(namespace, bytes);
    this.hashHigh = longAt(digest, 0);
    this.hashLow = longAt(digest, 8);
  }

  public static Key of(String namespace, String text) {
    return new Key(namespace, Bytes.utf8(text));
  }

  public String namespace() {
    return namespace;
  }

  public Bytes bytes() {
    return bytes;
  }

  /** The upper half of the key's 128 bits on the ring. */
  public long hashHigh() {
    return hashHigh;
  }

  /** The lower half of the key's 128 bits on the ring. */
  public long hashLow() {
    return hashLow;
  }

  public void write(ByteWriter out) {
    out.text(namespace).bytes(bytes);
  }

  public static Key read(ByteReader in) throws MalformedException {
    String namespace = in.text(NamespaceSettings.MAX_NAME_BYTES);
    Bytes bytes = in.bytes(MAX_BYTES);
    if (bytes.isEmpty()) {
      throw new MalformedException("an empty key");
    }
    return new Key(namespace, bytes);
  }

  private static byte[] digest(String namespace, Bytes bytes) {
    try {
      var md5 = (MessageDigest) MD5.clone(); // looking one up costs more than what it does
      byte[] name = Bytes.utf8(namespace).array();
      md5.update((byte) name.length);
      md5.update(name);
      return md5.digest(bytes.array());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("Java's own MD5 can be cloned", e);
    }
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  private static long longAt(byte[] bytes, int offset) {
    long value = 0;
    for (int i = offset; i < offset + 8; i++) {
      value = value << 8 | (bytes[i] & 0xff);
    }
    return value;
  }

  @Override
  public int compareTo(Key other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : bytes.compareTo(other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key that
        && hashLow == that.hashLow
        && hashHigh == that.hashHigh
        && bytes.equals(that.bytes)
        && namespace.equals(that.namespace);
  }

  @Override
  public int hashCode() {
    return (int) hashLow;
  }

  @Override
  public String toString() {
    return namespace + "/" + printable();
  }

  private String printable() {
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.at(i) <= ' ' || bytes.at(i) == 0x7f) {
        return "0x" + bytes.toHex();
      }
    }
    return bytes.toUtf8();
  }
}
