package io.flywheel.server.peer;

/** What to do with a connection once the other side has said who it is. */
sealed interface Handshake {
  long MOST_SKEW_MILLIS = 3_600_000;
  long NOTABLE_SKEW_MILLIS = 60_000;

  /**
   * It is welcome.
   *
   * @param skewMillis how far the peer's clock is ahead, 0 where that is not worth a word
   */
  record Accepted(long skewMillis) implements Handshake {}

  record Refused(String reason) implements Handshake {}

  /** This very process, having dialled itself. */
  record Ourselves() implements Handshake {}

  /** Another process with our identity: a copied data directory. */
  record IdentityInUse() implements Handshake {}

  static Handshake judge(LocalNode local, Hello hello) {
    if (!hello.cluster().equals(local.cluster())) {
      return new Refused(
          "it belongs to cluster '"
              + hello.cluster()
              + "', this node to '"
              + local.cluster()
              + "'");
    }
    if (hello.node().equals(local.id())) {
      return hello.startId() == local.startId() ? new Ourselves() : new IdentityInUse();
    }
    long skewMillis = hello.wallMillis() - local.wallMillis().getAsLong();
    if (skewMillis > MOST_SKEW_MILLIS || skewMillis < -MOST_SKEW_MILLIS) {
      return new Refused(
          "its clock and this machine's are " + Math.abs(skewMillis / 1000) + " s apart; set them");
    }
    return new Accepted(Math.abs(skewMillis) > NOTABLE_SKEW_MILLIS ? skewMillis : 0);
  }
}
