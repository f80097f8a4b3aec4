package io.flywheel.core.version;

import io.flywheel.core.model.RequestId;

/**
 * Remembers that a client's request became a dot, so that its retry is recognised wherever it
 * arrives.
 *
 * @param operationDigest tells a retry from another write that uses the same id
 */
public record AppliedRequest(RequestId id, long operationDigest, Dot dot)
    implements Comparable<AppliedRequest> {
  /** Oldest first. */
  @Override
  public int compareTo(AppliedRequest other) {
    int byDot = dot.compareTo(other.dot);
    if (byDot != 0) {
      return byDot;
    }
    int byHigh = Long.compare(id.high(), other.id.high());
    int byId = byHigh != 0 ? byHigh : Long.compare(id.low(), other.id.low());
    return byId != 0 ? byId : Long.compare(operationDigest, other.operationDigest);
  }
}
