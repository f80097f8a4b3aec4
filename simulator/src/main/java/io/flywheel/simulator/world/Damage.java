package io.flywheel.simulator.world;

/** What a fault did to durable data. */
public enum Damage {
  /** A record is gone, or cannot be read any more. */
  LOST_RECORD,
  /** A record has another value than was written. */
  CHANGED_VALUE,
  /** A record is what it was before. */
  OLDER_RECORD,
  /** It is forgotten whom a record is owed to. */
  LOST_DEBT,
  /** What is noted of whom a record is owed to cannot be read. */
  ROTTEN_DEBT,
  /** A whole directory is gone. */
  LOST_DIRECTORY,
  /** A whole directory is what it was before. */
  OLDER_DIRECTORY;

  public boolean isWholeDirectory() {
    return this == LOST_DIRECTORY || this == OLDER_DIRECTORY;
  }

  /** Whether something may have come back by it that had gone everywhere. */
  public boolean revives() {
    return this == OLDER_RECORD || this == OLDER_DIRECTORY;
  }
}
