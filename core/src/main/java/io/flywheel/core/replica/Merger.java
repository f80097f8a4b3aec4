package io.flywheel.core.replica;

import io.flywheel.core.message.Message.PutStatus;

/** Hears what became of a merge; exactly one of these is called. */
public interface Merger {
  /** For merges that nobody waits for. */
  Merger NOBODY =
      new Merger() {
        @Override
        public void durable() {}

        @Override
        public void failed(PutStatus why) {}
      };

  /** Whether it is no client that waits for it, nor another node on behalf of one. */
  default boolean isPatient() {
    return false;
  }

  void durable();

  /** Nothing of it was kept. */
  void failed(PutStatus why);
}
