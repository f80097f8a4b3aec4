package io.flywheel.ycsb;

/** A record was to be changed that is not there. */
final class NoRecordException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NoRecordException() {
    super("there is no such record", null, false, false);
  }
}
