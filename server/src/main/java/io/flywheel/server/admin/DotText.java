package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.core.model.Timestamp;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import java.io.IOException;
import java.time.Instant;

/** Writes down names of writes and moments for people. */
final class DotText {
  private DotText() {}

  /** A write: which life of a node made it, since when that has written the key, and when. */
  static void write(JsonGenerator json, Names names, Dot dot) throws IOException {
    Actor actor = dot.actor();
    json.writeStringField("dot", dot.toString());
    var writer = names.ofLife(actor);
    if (writer != null) {
      json.writeStringField("written-by", writer);
    }
    json.writeStringField("incarnation", MembersPage.hex(actor.incarnation()));
    json.writeStringField("born-at", time(Timestamp.millis(actor.birth())));
    json.writeStringField("written-at", time(Timestamp.millis(dot.stamp())));
    json.writeNumberField("counter", Timestamp.counter(dot.stamp()));
  }

  static void expiry(JsonGenerator json, Sibling sibling) throws IOException {
    if (sibling.expiryMillis() == Sibling.NEVER) {
      json.writeNullField("expires-at");
    } else {
      json.writeStringField("expires-at", time(sibling.expiryMillis()));
    }
  }

  private static String time(long wallMillis) {
    return Instant.ofEpochMilli(wallMillis).toString();
  }
}
