package io.flywheel.core.model;

/** Bytes from outside (the network, the disk, a client's token) that do not follow their format. */
public final class MalformedException extends Exception {
  private static final long serialVersionUID = 1;

  public MalformedException(String message) {
    super(message);
  }
}
