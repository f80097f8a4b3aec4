package io.flywheel.core.model;

/**
 * How a namespace treats its keys. Part of the cluster's settings: the same on every node.
 *
 * @param ttlMillis how long a value lives when its write does not say; 0 keeps it for ever
 */
public record NamespaceSettings(
    String name, Conflicts conflicts, Overflow overflow, BlindWrites blindWrites, long ttlMillis) {
  public static final int MAX_NAME_BYTES = 64;

  /** What concurrent writes become. */
  public enum Conflicts {
    SIBLINGS,
    LAST_WRITE_WINS
  }

  /** What a write meets that would leave more siblings, or a larger object, than the limits. */
  public enum Overflow {
    REFUSE,
    KEEP_NEWEST
  }

  /** Whether a write without a context is taken. */
  public enum BlindWrites {
    ALLOW,
    REFUSE
  }

  public static final NamespaceSettings DEFAULT =
      new NamespaceSettings("default", Conflicts.SIBLINGS, Overflow.REFUSE, BlindWrites.ALLOW, 0);
  public static final NamespaceSettings LWW =
      new NamespaceSettings(
          "lww", Conflicts.LAST_WRITE_WINS, Overflow.REFUSE, BlindWrites.ALLOW, 0);

  public boolean lastWriteWins() {
    return conflicts == Conflicts.LAST_WRITE_WINS;
  }

  public boolean refusesBlindWrites() {
    return blindWrites == BlindWrites.REFUSE;
  }
}
