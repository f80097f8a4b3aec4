package io.flywheel.server.runtime;

import io.flywheel.core.effect.Effect;

/** Where the answer to one request goes. Called exactly once, on the lane's thread. */
@FunctionalInterface
public interface ResponseHandler {
  void respond(Effect.Respond response);
}
