package io.flywheel.server.http;

/** Is told of every request on a key. On the thread of one loop. */
public interface RequestRecorder {
  /** What was asked. */
  enum Operation {
    PUT,
    GET,
    DELETE,
    EXPLAIN,
    REPAIR
  }

  /** How it ended. */
  enum Ending {
    /** Written, or read with one value. */
    DONE,
    /** Read with several values. */
    SIBLINGS,
    NOT_FOUND,
    /** The request was at fault. */
    REFUSED,
    NOT_DONE,
    UNKNOWN
  }

  void record(Operation operation, Ending ending, long nanos);

  /** How many values a read has found. */
  void values(int count);
}
