package io.flywheel.cli;

import io.flywheel.cli.QuorumOptions.Read;
import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What is there of a key, as a token, so that a write can replace it. */
final class KeyContext {
  private KeyContext() {}

  static @Nullable String read(Session session, Request get, Read read)
      throws Failure, IOException {
    Answer found;
    try {
      found = session.read(read.addTo(get));
    } catch (Failure e) {
      if (e.exit() != Exit.UNAVAILABLE || e.answer() == null || read.isGiven()) {
        throw e;
      }
      // Writing must not depend on a quorum of readers. What one replica knows is a context too: it
      // covers less, so that at worst a sibling stays that would have been replaced.
      found = session.read(get.header("R", "1"));
    }
    String header = found.header("context");
    return header != null ? header : found.json().get("context").textOrNull();
  }
}
