package io.flywheel.cli;

/** What the command's exit status says. */
enum Exit {
  DONE(0),
  FAILED(1),
  USAGE(2),
  /** There is no value under the key. */
  NOT_FOUND(3),
  /** Nothing was done, because no node or too few of them answered. */
  UNAVAILABLE(4),
  /** A write may have been done, or may still be. */
  UNKNOWN(5);

  private final int status;

  Exit(int status) {
    this.status = status;
  }

  int status() {
    return status;
  }
}
