package io.flywheel.core.replica;

import io.flywheel.core.version.Siblings;

/** Hears what a read found; exactly one of these is called. */
public interface Reader {
  void read(Siblings onDisk);

  void unreadable();
}
