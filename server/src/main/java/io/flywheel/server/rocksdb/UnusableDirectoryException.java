package io.flywheel.server.rocksdb;

import java.io.IOException;

/** A data directory that a node must not or cannot use. The message tells the operator why. */
public final class UnusableDirectoryException extends IOException {
  private static final long serialVersionUID = 1;

  public UnusableDirectoryException(String message) {
    super(message);
  }

  public UnusableDirectoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
