package io.flywheel.client;

import java.time.Duration;

/**
 * Sees every request: for metrics, and for spans of a tracer. Called on the threads of requests and
 * of the network; it must be quick, must not block and must not throw.
 */
@FunctionalInterface
public interface RequestObserver {
  /** On the thread of the caller, before anything is sent. */
  Observation begin(Operation operation, String namespace, String key);

  /** What a request does. */
  enum Operation {
    PUT,
    GET,
    DELETE
  }

  /** Why a request is sent to a node. */
  enum Cause {
    FIRST,
    /** What was sent before has failed. */
    RETRY,
    /** What was sent before takes long, and may still be answered. */
    HEDGE
  }

  /** How a request ended. */
  enum Ending {
    DONE,
    NOT_FOUND,
    NOT_DONE,
    UNKNOWN,
    REFUSED
  }

  /** One request under way. */
  interface Observation {
    /** Sees nothing. */
    Observation NONE = new Observation() {};

    /** It is sent to this node, {@code 127.0.0.1:7401}. */
    default void sent(String node, Cause cause) {}

    /** Called once, with the time since it began. */
    default void ended(Ending ending, Duration took) {}
  }
}
