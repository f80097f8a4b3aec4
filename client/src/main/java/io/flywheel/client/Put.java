package io.flywheel.client;

import java.time.Duration;

/** Where the options of a put begin: {@code Put.w(2).ttl(Duration.ofHours(1))}. */
public final class Put {
  private Put() {}

  /** The cluster's defaults. */
  public static PutOptions usual() {
    return PutOptions.USUAL;
  }

  /** See {@link PutOptions#w}. */
  public static PutOptions w(int nodes) {
    return PutOptions.USUAL.w(nodes);
  }

  /** See {@link PutOptions#w}. */
  public static PutOptions w(Level nodes) {
    return PutOptions.USUAL.w(nodes);
  }

  /** See {@link PutOptions#pw}. */
  public static PutOptions pw(int primaries) {
    return PutOptions.USUAL.pw(primaries);
  }

  /** See {@link PutOptions#ttl}. */
  public static PutOptions ttl(Duration ttl) {
    return PutOptions.USUAL.ttl(ttl);
  }

  /** See {@link PutOptions#blind}. */
  public static PutOptions blind() {
    return PutOptions.USUAL.blind();
  }

  /** See {@link PutOptions#context}. */
  public static PutOptions context(String context) {
    return PutOptions.USUAL.context(context);
  }

  /** See {@link PutOptions#requestId}. */
  public static PutOptions requestId(RequestId id) {
    return PutOptions.USUAL.requestId(id);
  }

  /** See {@link PutOptions#contentType}. */
  public static PutOptions contentType(String type) {
    return PutOptions.USUAL.contentType(type);
  }

  /** See {@link PutOptions#timeout}. */
  public static PutOptions timeout(Duration timeout) {
    return PutOptions.USUAL.timeout(timeout);
  }
}
