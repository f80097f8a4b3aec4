package io.flywheel.server.api;

import io.flywheel.api.v1.Failure;

/** Where the answer to one request goes; one of the two is called, once. */
interface Answer<T> {
  void done(T response);

  void failed(Failure failure);
}
