package io.flywheel.core.model;

import java.util.zip.CRC32C;

/**
 * What a member says of itself. It alone makes its claims, each newer than the last, and every
 * claim keeps the checksum that its maker gave it on its whole way: a bit that flips in the memory
 * of some member must not be spread by all the others (S3, July 2008).
 *
 * @param generation counts the member's starts, on its disk: never a clock, which may go back
 * @param version counts its claims within the generation
 * @param era the era that it has on its disk
 * @param settled the newest era in which it owes nothing
 * @param epoch of its ring, on its disk and acted upon
 * @param flags what is wrong with it, see {@link #SLOW_DISK}, {@link #PAUSED}, {@link #FULL_DISK};
 *     and whether it is {@link #CAUGHT_UP}
 */
public record Claim(
    NodeId member,
    long generation,
    long version,
    long era,
    long settled,
    long epoch,
    int flags,
    int checksum)
    implements Comparable<Claim> {
  public static final int SLOW_DISK = 1;
  public static final int PAUSED = 2;
  public static final int FULL_DISK = 4;

  /** It has every copy that it gains by the change of the ring that is open in its epoch. */
  public static final int CAUGHT_UP = 8;

  private static final int ALL_FLAGS = SLOW_DISK | PAUSED | FULL_DISK | CAUGHT_UP;

  /** A claim of the member itself. */
  public static Claim of(
      NodeId member, long generation, long version, long era, long settled, long epoch, int flags) {
    int checksum = checksum(member, generation, version, era, settled, epoch, flags);
    return new Claim(member, generation, version, era, settled, epoch, flags, checksum);
  }

  /** In the place of the claims of a member that was not heard of yet: older than all of them. */
  public static Claim none(NodeId member) {
    return of(member, 0, 0, 0, 0, 0, 0);
  }

  public boolean isNone() {
    return generation == 0;
  }

  /** Whether it is as its maker made it. */
  public boolean isIntact() {
    return checksum == checksum(member, generation, version, era, settled, epoch, flags);
  }

  public boolean says(int flag) {
    return (flags & flag) != 0;
  }

  /** The newer one is larger. What follows the version only makes the order total. */
  @Override
  public int compareTo(Claim other) {
    int order = Long.compare(generation, other.generation);
    order = order != 0 ? order : Long.compare(version, other.version);
    order = order != 0 ? order : Long.compare(era, other.era);
    order = order != 0 ? order : Long.compare(settled, other.settled);
    order = order != 0 ? order : Long.compare(epoch, other.epoch);
    order = order != 0 ? order : Integer.compare(flags, other.flags);
    return order != 0 ? order : Integer.compare(checksum, other.checksum);
  }

  void write(ByteWriter out) {
    out.i64(member.value()).varint(generation).varint(version).varint(era).varint(settled);
    out.varint(epoch).u8(flags).i32(checksum);
  }

  static Claim read(ByteReader in) throws MalformedException {
    return new Claim(
        new NodeId(in.i64()),
        in.varint(),
        in.varint(),
        in.varint(),
        in.varint(),
        in.varint(),
        in.u8() & ALL_FLAGS,
        in.i32());
  }

  private static int checksum(
      NodeId member, long generation, long version, long era, long settled, long epoch, int flags) {
    var out = new ByteWriter(64);
    out.i64(member.value()).i64(generation).i64(version).i64(era).i64(settled).i64(epoch);
    var crc = new CRC32C();
    out.u8(flags).update(crc);
    return (int) crc.getValue();
  }
}
