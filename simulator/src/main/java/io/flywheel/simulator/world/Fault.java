package io.flywheel.simulator.world;

import java.util.Locale;

/** What can befall a cluster. */
public enum Fault {
  /** A process is killed; what it wrote stays in the page cache. */
  CRASH,
  /** A machine loses power, and with it any suffix of what was not synced. */
  POWER_LOSS,
  /** The same between any two effects of one turn. */
  POWER_LOSS_WITHIN_TURN,
  /** All machines lose power at the same time. */
  CLUSTER_POWER_LOSS,
  /** All processes are restarted in order, one after the other. */
  ROLLING_RESTART,
  /** A machine is off for many eras, now and then for hours. */
  LONG_ABSENCE,
  /** A process does not run for a while and does not know it. */
  PAUSE,
  /** Two machines do not hear each other. */
  CUT,
  /** One machine does not hear another, which hears it. */
  ONE_WAY_CUT,
  /** The machines fall into two groups that do not hear each other. */
  SPLIT,
  /** The machines fall into two groups, and one of them hears both. */
  BRIDGE,
  /** A link is cut and mended over and over. */
  FLAPPING_LINK,
  /** A connection ends and is made anew. */
  CONNECTION_RESET,
  /** Messages stay on their way for up to a minute, as long as their connection lives. */
  HELD_BACK_MESSAGES,
  /** What a machine tells of others is damaged in its memory. */
  GARBLED_GOSSIP,
  /** A machine's messages are damaged in its memory, in part or as a whole, or on their way. */
  GARBLED_MESSAGES,
  /** A disk takes a hundred times as long. */
  SLOW_DISK,
  /** A write fails. */
  FAILED_WRITE,
  /** A sync fails, and the page cache lies from then on. */
  FAILED_SYNC,
  /** Reads fail for a while. */
  FAILED_READS,
  /** A disk is full for a while, and its process is told so. */
  FULL_DISK,
  /** A bit of a stored record flips. */
  ROTTEN_RECORD,
  /** A stored value is another one, and the checksum of its record is right. */
  CHANGED_VALUE,
  /** A record vanishes from a disk, under a running process or not. */
  LOST_RECORD,
  /** A record, or what is noted of whom it is owed to, lies where no key lies. */
  MISPLACED_ENTRY,
  /** It is forgotten whom a record is owed to. */
  LOST_DEBT,
  /** A bit of what is noted of whom a record is owed to flips. */
  ROTTEN_DEBT,
  /** An older version of a record comes back while no process runs. */
  ROLLED_BACK_RECORD,
  /** A wall clock is set forward or back. */
  CLOCK_JUMP,
  /** A wall clock shows the beginning of 1970 for a while. */
  UNSET_CLOCK,
  /** All wall clocks go on by minutes at once: what was deleted or ended did so long ago. */
  QUIET_MINUTES,
  /** A wall clock runs too fast or too slow. */
  CLOCK_DRIFT,
  /** A second process is started elsewhere with a copy of a directory. */
  CLONED_DIRECTORY,
  /** A directory is replaced by an older copy of itself. */
  RESTORED_DIRECTORY,
  /** A machine comes back with its name and an empty directory. */
  WIPED_DIRECTORY,
  /** A machine is configured with other settings than the cluster. */
  WRONG_SETTINGS,
  /** A data centre does not hear the others, nor they it; only where there are several. */
  DATACENTER_CUT;

  /** As it is called in reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
