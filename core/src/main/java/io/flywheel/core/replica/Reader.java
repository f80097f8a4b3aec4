package io.flywheel.core.replica;

/** Hears what a read found; exactly one of these is called. */
public interface Reader {
  void read(Held held);

  void unreadable();
}
