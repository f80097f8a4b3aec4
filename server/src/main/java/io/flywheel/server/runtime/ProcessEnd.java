package io.flywheel.server.runtime;

/** How a node ends its process when going on would risk data. Called on any thread. */
public interface ProcessEnd {
  /**
   * At once, without another write: what is on disk is all there is. For failed writes and for bugs
   * that leave the node in a state that nobody has thought through.
   */
  void abruptly(String reason, Throwable cause);

  /** Refusing new requests, finishing the others and closing the database, then with an error. */
  void orderly(String reason);
}
