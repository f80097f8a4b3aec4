package io.flywheel.core.antientropy;

import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.Reader;

/** Has a record read for what the read itself finds out. */
final class Unconcerned implements Reader {
  static final Unconcerned READER = new Unconcerned();

  private Unconcerned() {}

  @Override
  public void read(Held held) {}

  @Override
  public void unreadable() {}
}
