package io.flywheel.core.model;

/**
 * What is told of a member: its newest claim, and the verdict of others on it since.
 *
 * <p>There is one rule for merging two states: the larger one, by claim and then by verdict. The
 * larger of two is commutative, associative and idempotent, so members that have heard the same
 * things, in whatever order and however often, know the same.
 */
public record MemberState(Claim claim, Verdict verdict) implements Comparable<MemberState> {
  public NodeId member() {
    return claim.member();
  }

  public MemberState merge(MemberState other) {
    return compareTo(other) >= 0 ? this : other;
  }

  public MemberState judged(Verdict other) {
    return new MemberState(claim, other);
  }

  /**
   * Whether it differs from an older one in what decides where requests go. A first claim does not:
   * where many members start at once, comparing brings it to everybody sooner.
   */
  public boolean matters(MemberState older) {
    boolean isFirst = older.claim.isNone();
    return verdict != older.verdict
        || claim.flags() != older.claim.flags()
        || (!isFirst && claim.epoch() != older.claim.epoch())
        || (!isFirst && claim.generation() != older.claim.generation());
  }

  /** Equal for equal states, and hardly ever for others. */
  public int digest() {
    return claim.checksum() ^ verdict.code() * 0x9e3779b9;
  }

  @Override
  public int compareTo(MemberState other) {
    int order = claim.compareTo(other.claim);
    return order != 0 ? order : verdict.compareTo(other.verdict);
  }

  public void write(ByteWriter out) {
    claim.write(out);
    out.u8(verdict.code());
  }

  public static MemberState read(ByteReader in) throws MalformedException {
    return new MemberState(Claim.read(in), Verdict.read(in));
  }
}
