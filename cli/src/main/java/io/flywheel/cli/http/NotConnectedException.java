package io.flywheel.cli.http;

import java.io.IOException;

/** No connection to the node came about, so it certainly did nothing. */
public final class NotConnectedException extends IOException {
  public NotConnectedException(String message, Throwable cause) {
    super(message, cause);
  }
}
