package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;

/** What a member has accepted for the next place in the ring log, and in which ballot. */
public record Vote(Ballot ballot, LogEntry entry) {
  public void write(ByteWriter out) {
    ballot.write(out);
    entry.write(out);
  }

  public static Vote read(ByteReader in) throws MalformedException {
    return new Vote(Ballot.read(in), LogEntry.read(in));
  }
}
