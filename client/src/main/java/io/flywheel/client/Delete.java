package io.flywheel.client;

import java.time.Duration;

/** Where the options of a delete begin: {@code Delete.context(fetched.context())}. */
public final class Delete {
  private Delete() {}

  /** Deletes whatever is there, with the cluster's defaults. */
  public static DeleteOptions usual() {
    return DeleteOptions.USUAL;
  }

  /** See {@link DeleteOptions#w}. */
  public static DeleteOptions w(int nodes) {
    return DeleteOptions.USUAL.w(nodes);
  }

  /** See {@link DeleteOptions#pw}. */
  public static DeleteOptions pw(int primaries) {
    return DeleteOptions.USUAL.pw(primaries);
  }

  /** See {@link DeleteOptions#w}. */
  public static DeleteOptions w(Level nodes) {
    return DeleteOptions.USUAL.w(nodes);
  }

  /** See {@link DeleteOptions#context}. */
  public static DeleteOptions context(String context) {
    return DeleteOptions.USUAL.context(context);
  }

  /** See {@link DeleteOptions#requestId}. */
  public static DeleteOptions requestId(RequestId id) {
    return DeleteOptions.USUAL.requestId(id);
  }

  /** See {@link DeleteOptions#timeout}. */
  public static DeleteOptions timeout(Duration timeout) {
    return DeleteOptions.USUAL.timeout(timeout);
  }
}
