package io.flywheel.core.coordinate;

import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.version.Siblings;

/** Hears how a get ended; exactly one of these is called. */
public interface GetListener {
  void found(Siblings merged, Receipt receipt);

  /** {@link Outcome.NotDone} or {@link Outcome.Unknown}. */
  void failed(Outcome outcome);
}
