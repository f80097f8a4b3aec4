package io.flywheel.core.replica;

/** Hears what became of a merge; exactly one of these is called. */
public interface Merger {
  /** For merges that nobody waits for. */
  Merger NOBODY =
      new Merger() {
        @Override
        public void durable() {}

        @Override
        public void unreadable() {}
      };

  void durable();

  void unreadable();
}
