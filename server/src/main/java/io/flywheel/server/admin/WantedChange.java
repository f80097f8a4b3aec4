package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Member;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.ProblemType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * What the body of a POST to {@code /admin/ring} asks for, such as {@code {"change": "remove",
 * "node": "node-3", "dry-run": true}}.
 *
 * @param node whom it is about, where that is not the node that is asked; empty for that one
 * @param weight for {@link Kind#WEIGHT}, else 0
 * @param dryRun whether only to tell what it would do
 * @param copyBytes how large a copy of a partition is, about; 0 to judge by this node's disk
 */
record WantedChange(Kind kind, String node, int weight, boolean dryRun, long copyBytes) {
  private static final JsonFactory FACTORY = new JsonFactory();

  enum Kind {
    /** The node that is asked joins the cluster of its seeds. */
    JOIN,
    /** The node that is asked takes the place of {@code node}, which is dead. */
    REPLACE,
    /** The node that is asked leaves. */
    LEAVE,
    /** {@code node}, which is dead, is given up. */
    REMOVE,
    /** {@code node} takes another share. */
    WEIGHT,
    /** The change that is under way is undone. */
    UNDO;

    boolean namesNode() {
      return this == REPLACE || this == REMOVE || this == WEIGHT;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static WantedChange parse(Bytes body) throws ProblemException {
    try (JsonParser json = FACTORY.createParser(body.array())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw malformed("a JSON object is wanted, such as {\"change\": \"leave\"}");
      }
      var members = new Members();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        members.read(json);
      }
      if (json.nextToken() != null) {
        throw malformed("something follows the closing brace");
      }
      return members.change();
    } catch (JsonProcessingException e) {
      throw malformed("not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("an array does not fail", e);
    }
  }

  private static ProblemException malformed(String detail) {
    return new ProblemException(ProblemType.MALFORMED_BODY, detail);
  }

  private static final class Members {
    private String kind = "";
    private String node = "";
    private long weight;
    private boolean dryRun;
    private long copyBytes;

    void read(JsonParser json) throws IOException, ProblemException {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "change" -> kind = text(json, name, value);
        case "node" -> node = text(json, name, value);
        case "weight" -> weight = number(json, name, value);
        case "copy-bytes" -> copyBytes = number(json, name, value);
        case "dry-run" -> {
          if (!value.isBoolean()) {
            throw malformed(name + " is true or false");
          }
          dryRun = value == JsonToken.VALUE_TRUE;
        }
        default -> throw malformed("the members are change, node, weight, copy-bytes and dry-run");
      }
    }

    private static String text(JsonParser json, String name, JsonToken value)
        throws IOException, ProblemException {
      if (value != JsonToken.VALUE_STRING) {
        throw malformed(name + " is a string");
      }
      return json.getText();
    }

    private static long number(JsonParser json, String name, JsonToken value)
        throws IOException, ProblemException {
      if (value != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw malformed(name + " is a whole number, 0 or more");
      }
      return json.getLongValue();
    }

    WantedChange change() throws ProblemException {
      for (Kind known : Kind.values()) {
        if (known.text().equals(kind)) {
          check(known);
          return new WantedChange(known, node, (int) weight, dryRun, copyBytes);
        }
      }
      throw malformed("change is join, replace, leave, remove, weight or undo");
    }

    private void check(Kind known) throws ProblemException {
      if (known.namesNode() == node.isEmpty()) {
        throw malformed(
            known.namesNode()
                ? known.text() + " needs a node"
                : known.text() + " is about the node that is asked, and names none");
      }
      if (known == Kind.WEIGHT ? weight < 1 || weight > Member.MAX_WEIGHT : weight != 0) {
        throw malformed("a weight is 1 to " + Member.MAX_WEIGHT + ", for the change 'weight' only");
      }
      if (known == Kind.UNDO && dryRun) {
        throw malformed("what has begun was foretold when it began: an undo has no dry-run");
      }
    }
  }
}
