package io.flywheel.core.model;

/**
 * How a namespace treats its keys, the same on every node. Only {@code conflicts} says what merging
 * two states of a key makes of them; everything else is decided once for each write, by the node
 * that coordinates it or gives it its dot, and is on the record from then on.
 *
 * @param ttlMillis how long a value lives when its write does not say; 0 keeps it for ever
 */
public record NamespaceSettings(
    String name, Conflicts conflicts, Overflow overflow, BlindWrites blindWrites, long ttlMillis) {
  public static final int MAX_NAME_BYTES = 64;

  /** A century: more is a mistake, and would overflow somewhere one day. */
  public static final long LONGEST_TTL_MILLIS = 36_525L * 24 * 60 * 60 * 1000;

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

  public static final NamespaceSettings DEFAULT = plain("default", Conflicts.SIBLINGS);
  public static final NamespaceSettings LWW = plain("lww", Conflicts.LAST_WRITE_WINS);

  /** What a namespace is like of which nothing else is said. */
  public static NamespaceSettings plain(String name, Conflicts conflicts) {
    return new NamespaceSettings(name, conflicts, Overflow.REFUSE, BlindWrites.ALLOW, 0);
  }

  public boolean lastWriteWins() {
    return conflicts == Conflicts.LAST_WRITE_WINS;
  }

  public boolean keepsNewest() {
    return overflow == Overflow.KEEP_NEWEST;
  }

  public boolean refusesBlindWrites() {
    return blindWrites == BlindWrites.REFUSE;
  }

  /** Why no namespace is like this; empty when one can be. */
  public String objection() {
    if (!PlainName.fits(name)) {
      return "a namespace's name has " + PlainName.RULE;
    }
    return ttlMillis < 0 || ttlMillis > LONGEST_TTL_MILLIS ? "a ttl is at most a century" : "";
  }

  public void write(ByteWriter out) {
    out.text(name).bool(lastWriteWins()).bool(keepsNewest()).bool(refusesBlindWrites());
    out.varint(ttlMillis);
  }

  /** Reads one that came from outside. */
  public static NamespaceSettings read(ByteReader in) throws MalformedException {
    String name = in.text(MAX_NAME_BYTES);
    var conflicts = in.bool() ? Conflicts.LAST_WRITE_WINS : Conflicts.SIBLINGS;
    var overflow = in.bool() ? Overflow.KEEP_NEWEST : Overflow.REFUSE;
    var blindWrites = in.bool() ? BlindWrites.REFUSE : BlindWrites.ALLOW;
    var read = new NamespaceSettings(name, conflicts, overflow, blindWrites, in.varint());
    if (!read.objection().isEmpty()) {
      throw new MalformedException(read.objection());
    }
    return read;
  }
}
