package io.flywheel.ycsb;

/** A value under a record's key that this binding has not written. */
final class MalformedRecordException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedRecordException(String message) {
    super(message);
  }
}
