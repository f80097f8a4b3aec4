package io.flywheel.core.effect;

import io.flywheel.core.model.Bytes;

/** What a load found. */
public sealed interface Loaded {
  record Value(Bytes record) implements Loaded {}

  record Absent() implements Loaded {}

  /** The storage could not read it now. That says nothing about whether there is something. */
  record Failed(String reason) implements Loaded {}

  /** There is something, and a checksum proves that it is not what was written: it is lost here. */
  record Damaged(String reason) implements Loaded {}
}
