package io.flywheel.core.message;

import io.flywheel.core.model.NodeId;

/**
 * A message with what its receiver checks before believing it.
 *
 * @param from the sender's identity
 * @param startId names the sender's present start
 * @param sequence counts the sender's messages since that start
 * @param clusterId 0 while the sender has no cluster yet
 * @param settings the fingerprint of the sender's cluster settings
 * @param epoch of the sender's ring, 0 for none
 */
public record Envelope(
    NodeId from,
    long startId,
    long sequence,
    long clusterId,
    long settings,
    long epoch,
    Message message) {
  /** The same envelope around another message: for those who damage or forge it on purpose. */
  public Envelope with(Message other) {
    return new Envelope(from, startId, sequence, clusterId, settings, epoch, other);
  }
}
