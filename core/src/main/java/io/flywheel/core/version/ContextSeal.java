package io.flywheel.core.version;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns contexts into the opaque tokens that clients carry, and back. A token is bound to namespace
 * and key and authenticated with the cluster's secret: a context from elsewhere would silently
 * erase siblings, so it is refused instead. Safe for use by several threads.
 */
public final class ContextSeal {
  /** The longest token that is looked at, in characters. */
  public static final int MAX_TOKEN_CHARS = 64 << 10;

  private static final int TOKEN_VERSION = 1;
  private static final int MAC_BYTES = 16;

  /** Has hashed its key, a fifth of the work, and is only ever cloned: several threads seal. */
  private final Mac keyed;

  public ContextSeal(Bytes secret) {
    try {
      keyed = Mac.getInstance("HmacSHA256");
      keyed.init(new SecretKeySpec(secret.array(), "HmacSHA256"));
      keyed.update(new byte[0]);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the secret cannot authenticate contexts", e);
    }
  }

  public String seal(Key key, Context context) {
    var out = new ByteWriter();
    out.u8(TOKEN_VERSION);
    SiblingsCodec.writeContext(out, context);
    byte[] body = out.toByteArray();
    var token = new ByteWriter(body.length + MAC_BYTES).raw(body).raw(authenticate(key, body));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token.toByteArray());
  }

  /**
   * Refuses, with the reason, a token that is not whole, not of this key or not of this cluster.
   */
  public Context open(Key key, String token) throws MalformedException {
    if (token.length() > MAX_TOKEN_CHARS) {
      throw new MalformedException("the context is longer than any that was given out");
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("the context is not base64url");
    }
    int length = bytes.length - MAC_BYTES;
    if (length < 1) {
      throw new MalformedException("the context is cut short");
    }
    byte[] body = Arrays.copyOf(bytes, length);
    byte[] claimed = Arrays.copyOfRange(bytes, length, bytes.length);
    if (!MessageDigest.isEqual(claimed, authenticate(key, body))) {
      throw new MalformedException(
          "the context was changed, or belongs to another key or another cluster");
    }
    var in = new ByteReader(body);
    if (in.u8() != TOKEN_VERSION) {
      throw new MalformedException("the context is of an unknown version");
    }
    var context = SiblingsCodec.readContext(in);
    in.end();
    return context;
  }

  private byte[] authenticate(Key key, byte[] body) {
    var bound = new ByteWriter();
    key.write(bound);
    try {
      var mac = (Mac) keyed.clone();
      mac.update(bound.toByteArray());
      return Arrays.copyOf(mac.doFinal(body), MAC_BYTES);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("Java's own HMAC can be cloned", e);
    }
  }
}
