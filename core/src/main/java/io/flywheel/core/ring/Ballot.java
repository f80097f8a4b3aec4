package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;

/**
 * One attempt to have an entry of the ring log decided; no two attempts have the same.
 *
 * @param round counts; a later attempt takes a higher one than it has heard of
 * @param proposer whose attempt it is
 * @param startId of the proposer's life, so that no later life of it means the same attempt
 */
public record Ballot(long round, NodeId proposer, long startId) implements Comparable<Ballot> {
  /** Below every attempt. */
  public static final Ballot NONE = new Ballot(0, new NodeId(0), 0);

  @Override
  public int compareTo(Ballot other) {
    int order = Long.compare(round, other.round);
    order = order != 0 ? order : proposer.compareTo(other.proposer);
    return order != 0 ? order : Long.compare(startId, other.startId);
  }

  public void write(ByteWriter out) {
    out.varint(round).i64(proposer.value()).i64(startId);
  }

  public static Ballot read(ByteReader in) throws MalformedException {
    long round = in.varint();
    if (round < 0 || round > 1L << 48) {
      throw new MalformedException("a ballot that cannot be");
    }
    return new Ballot(round, new NodeId(in.i64()), in.i64());
  }
}
