package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.List;

/**
 * A change of the ring that somebody asked for.
 *
 * @param node whom it is about, by name, where that is not the node that is asked; else empty
 * @param weight the new one, for {@link Kind#WEIGHT}
 * @param lost all members that are destroyed, by the word of whoever asks
 * @param copies how many there are to be of each key, for {@link Kind#REPLICATION}
 */
record Change(Kind kind, String node, int weight, List<String> lost, CopyCounts copies) {
  static final String PATH = "/admin/ring";

  /** Longer than the members take to agree, or to find that they cannot. */
  private static final int ANSWER_MILLIS = 30_000;

  enum Kind {
    JOIN,
    REPLACE,
    LEAVE,
    REMOVE,
    WEIGHT,
    REPLICATION;

    String text() {
      return switch (this) {
        case JOIN -> "join";
        case REPLACE -> "replace";
        case LEAVE -> "leave";
        case REMOVE -> "remove";
        case WEIGHT -> "weight";
        case REPLICATION -> "replication";
      };
    }

    /** Whether the node that is asked is no member before it. */
    boolean isOfNewcomer() {
      return this == JOIN || this == REPLACE;
    }
  }

  Change(Kind kind, String node, int weight) {
    this(kind, node, weight, List.of(), CopyCounts.NONE);
  }

  static Change ofCopies(CopyCounts copies) {
    return new Change(Kind.REPLICATION, "", 0, List.of(), copies);
  }

  /** Says that members are lost. */
  Request lose() {
    return post(
        json -> {
          json.writeStringField("change", "lost");
          writeLost(json);
        });
  }

  private void writeLost(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("lost");
    for (String name : lost) {
      json.writeString(name);
    }
    json.writeEndArray();
  }

  Request preview(long copyBytes) {
    return request(true, copyBytes);
  }

  Request begin() {
    return request(false, 0);
  }

  static Request undo() {
    return post(json -> json.writeStringField("change", "undo"));
  }

  private static Request post(Json.Members members) {
    return Request.of("POST", PATH).json(Json.object(members)).answerWithin(ANSWER_MILLIS);
  }

  private Request request(boolean dryRun, long copyBytes) {
    return post(
        json -> {
          json.writeStringField("change", kind.text());
          if (!node.isEmpty()) {
            json.writeStringField("node", node);
          }
          if (kind == Kind.WEIGHT) {
            json.writeNumberField("weight", weight);
          }
          if (kind == Kind.REPLICATION) {
            copies.write(json);
          }
          if (dryRun) {
            json.writeBooleanField("dry-run", true);
            json.writeNumberField("copy-bytes", copyBytes);
            if (!lost.isEmpty()) {
              writeLost(json);
            }
          }
        });
  }

  /**
   * Whether the change that is under way is this one, begun earlier.
   *
   * @param asked the name of the node that is asked
   */
  boolean is(Json open, String asked) {
    String kindOfOpen = open.get("kind").text();
    String nodeOfOpen = open.get("node").text();
    return switch (kind) {
      case JOIN -> kindOfOpen.equals("join") && nodeOfOpen.equals(asked);
      case REPLACE ->
          kindOfOpen.equals("replace")
              && nodeOfOpen.equals(asked)
              && open.get("replaces").text().equals(node);
      case LEAVE -> kindOfOpen.equals("leave") && nodeOfOpen.equals(asked);
      case REMOVE -> kindOfOpen.equals("remove") && nodeOfOpen.equals(node);
      case WEIGHT ->
          kindOfOpen.equals("weight")
              && nodeOfOpen.equals(node)
              && open.get("weight").integer() == weight;
      case REPLICATION -> kindOfOpen.equals("replication") && copies.equals(copiesOf(open));
    };
  }

  /** How many copies there are to be by this change, or are by this ring. */
  static CopyCounts copiesOf(Json changeOrRing) {
    return CopyCounts.of(changeOrRing.get("replication"));
  }

  /** A change that is under way, as a sentence without its full stop. */
  static String describe(Json open) {
    String node = open.get("node").text();
    String what =
        switch (open.get("kind").text()) {
          case "join" -> node + " is joining";
          case "leave" -> node + " is leaving";
          case "remove" -> node + " is being removed";
          case "replace" -> node + " is taking the place of " + open.get("replaces").text();
          case "replication" -> "the copies of each key become " + copiesOf(open);
          default -> node + " is taking weight " + open.get("weight").text();
        };
    return open.get("phase").text().equals("undoing") ? what + ", which is being undone" : what;
  }

  /** What the command that began it looks like, for who wants to undo it. */
  static String command(Json open) {
    String node = open.get("node").text();
    return switch (open.get("kind").text()) {
      case "join" -> "join --node HOST:PORT of " + node;
      case "leave" -> "leave --node HOST:PORT of " + node;
      case "remove" -> "remove " + node;
      case "replace" -> "replace " + open.get("replaces").text() + " --node HOST:PORT of " + node;
      case "replication" -> "replication '" + copiesOf(open) + "'";
      default -> "weight " + node + " " + open.get("weight").text();
    };
  }

  /**
   * Whether the ring is as this kind of change leaves it.
   *
   * @param change as it was while it was under way
   */
  static boolean isDone(Json change, Json ring) {
    Json member = Json.NOTHING;
    for (Json candidate : ring.get("members").items()) {
      if (candidate.get("id").text().equals(change.get("id").text())) {
        member = candidate;
      }
    }
    boolean there = member != Json.NOTHING;
    return switch (change.get("kind").text()) {
      case "leave", "remove" -> !there;
      case "replication" -> copiesOf(ring).equals(copiesOf(change));
      case "weight" -> there && member.get("weight").text().equals(change.get("weight").text());
      default -> there;
    };
  }
}
