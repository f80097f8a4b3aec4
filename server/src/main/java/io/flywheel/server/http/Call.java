package io.flywheel.server.http;

import io.flywheel.core.model.Bytes;

/** A request whose head was found good. */
public interface Call {
  /** What a body may have that nobody looks at. */
  int IGNORED_BODY_BYTES = 64 << 10;

  /** The largest body that is taken. */
  int bodyLimitBytes();

  /**
   * Carries out the request. Exactly one answer goes to {@code reply}, now or later, on the same
   * thread; an exception is the answer where there was none yet.
   *
   * @param body all of it, empty where there was none; the callee may keep it
   */
  void run(Bytes body, Reply reply) throws ProblemException;
}
