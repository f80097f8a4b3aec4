package io.flywheel.client;

/** A name in place of a number of nodes. */
public enum Level {
  ONE(io.flywheel.api.v1.Level.LEVEL_ONE),
  /** A majority of all copies of the key. */
  QUORUM(io.flywheel.api.v1.Level.LEVEL_QUORUM),
  ALL(io.flywheel.api.v1.Level.LEVEL_ALL),
  /**
   * A majority of the copies in one data centre: that of the node that the client goes to, see
   * {@link FlywheelClient.Builder#datacenter}.
   */
  LOCAL_QUORUM(io.flywheel.api.v1.Level.LEVEL_LOCAL_QUORUM),
  /** A majority of the copies in each data centre. */
  EACH_QUORUM(io.flywheel.api.v1.Level.LEVEL_EACH_QUORUM);

  private final io.flywheel.api.v1.Level sent;

  Level(io.flywheel.api.v1.Level sent) {
    this.sent = sent;
  }

  io.flywheel.api.v1.Level sent() {
    return sent;
  }
}
