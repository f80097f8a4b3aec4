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

  void durable();

  /** Nothing of it was kept. */
  void failed(PutStatus why);
}
