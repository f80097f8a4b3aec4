package io.flywheel.core.replica;

/** Hears what a read found; exactly one of these is called. */
public interface Reader {
  /** For reads that are made for what they find out about the disk: damage is put right. */
  Reader NOBODY =
      new Reader() {
        @Override
        public void read(Held held) {}

        @Override
        public void unreadable() {}
      };

  void read(Held held);

  void unreadable();
}
