package io.flywheel.server.peer;

import io.flywheel.core.model.Bytes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What tells a node from a stranger: the cluster's secret, which never travels. Each side of a
 * connection says {@link Hello} with a number that it has just drawn, and then proves that it knows
 * the secret by authenticating both hellos with it. A proof fits only these two hellos, so nobody
 * can use it again, and only the side that gave it, so nobody can send it back.
 *
 * <p>That keeps strangers out. It does not hide what is said, nor keep somebody who sits on the
 * line from changing it. Not safe for use by several threads.
 */
public final class PeerSecret {
  static final int NONCE_BYTES = 16;
  static final int PROOF_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";
  private static final byte DIALLED = 'D';
  private static final byte ACCEPTED = 'A';

  private final Mac mac;
  private final SecureRandom random = new SecureRandom();

  /** A key of its own is derived, because the secret authenticates other things too. */
  public PeerSecret(Bytes secret) {
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.array(), ALGORITHM));
      byte[] key = mac.doFinal(Bytes.utf8("flywheel peers 1").array());
      mac.init(new SecretKeySpec(key, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the secret cannot authenticate peers", e);
    }
  }

  /** A number that nobody can have seen before. */
  Bytes nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return Bytes.wrap(nonce);
  }

  /**
   * The proof of one side.
   *
   * @param dialled whether it is the side that dialled
   */
  Bytes proof(boolean dialled, Bytes proversHello, Bytes verifiersHello) {
    mac.update(dialled ? DIALLED : ACCEPTED);
    add(proversHello);
    add(verifiersHello);
    return Bytes.wrap(mac.doFinal());
  }

  /** Whether {@code given} is that proof; takes as long for a near miss as for any other. */
  boolean isProof(Bytes given, boolean dialled, Bytes proversHello, Bytes verifiersHello) {
    return MessageDigest.isEqual(
        proof(dialled, proversHello, verifiersHello).array(), given.array());
  }

  private void add(Bytes hello) {
    int length = hello.length();
    mac.update((byte) (length >>> 8));
    mac.update((byte) length);
    mac.update(hello.array());
  }
}
