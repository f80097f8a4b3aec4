package io.flywheel.server.admin;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.Replication;
import io.flywheel.server.http.ProblemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a POST to {@code /admin/ring} asks for, such as {@code {"change": "remove",
 * "node": "node-3", "dry-run": true}}.
 *
 * @param node whom it is about, where that is not the node that is asked; empty for that one
 * @param lost members that are destroyed: to be given up with {@link Kind#LOST}, or to be reckoned
 *     with where another change is foretold
 * @param weight for {@link Kind#WEIGHT}, else 0
 * @param replication for {@link Kind#REPLICATION}, else null
 * @param dryRun whether only to tell what it would do
 * @param copyBytes how large a copy of a partition is, about; 0 to judge by this node's disk
 */
record WantedChange(
    Kind kind,
    String node,
    List<String> lost,
    int weight,
    @Nullable Replication replication,
    boolean dryRun,
    long copyBytes) {
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
    /** There are other numbers of copies from now on. */
    REPLICATION,
    /** {@code lost} are destroyed, and never come back: nothing waits for them any more. */
    LOST,
    /** The change that is under way is undone. */
    UNDO;

    boolean namesNode() {
      return this == REPLACE || this == REMOVE || this == WEIGHT;
    }

    /** Whether it can be foretold what moves. */
    boolean moves() {
      return this != LOST && this != UNDO;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The numbers of copies that are wanted. */
  Replication copies() {
    return Objects.requireNonNull(replication, "checked when it was read");
  }

  static WantedChange parse(Bytes body) throws ProblemException {
    var members = new Members();
    JsonMembers.read(body, "{\"change\": \"leave\"}", members::take);
    return members.change();
  }

  private static final class Members {
    private String kind = "";
    private String node = "";
    private final List<String> lost = new ArrayList<>();
    private long weight;
    private @Nullable Replication replication;
    private boolean dryRun;
    private long copyBytes;

    void take(String name, JsonMembers value) throws IOException, ProblemException {
      switch (name) {
        case "change" -> kind = value.text();
        case "node" -> node = value.text();
        case "lost" -> lost.addAll(value.texts());
        case "weight" -> weight = value.number();
        case "replication" -> replication = replication(value.counts());
        case "copy-bytes" -> copyBytes = value.number();
        case "dry-run" -> dryRun = value.flag();
        default ->
            throw JsonMembers.malformed(
                "the members are change, node, lost, weight, replication, copy-bytes and dry-run");
      }
    }

    /** {@code {"n": 3}}, or a number for each data centre. */
    private static Replication replication(Map<String, Integer> counts) throws ProblemException {
      Integer n = counts.get("n");
      try {
        if (n != null && counts.size() == 1) {
          return Replication.spread(n);
        }
        if (n == null && !counts.isEmpty()) {
          return Replication.of(counts);
        }
      } catch (IllegalArgumentException e) {
        throw JsonMembers.malformed("replication: " + e.getMessage());
      }
      throw JsonMembers.malformed("replication is {\"n\": 3} or {\"dc1\": 3, \"dc2\": 2}");
    }

    WantedChange change() throws ProblemException {
      for (Kind known : Kind.values()) {
        if (known.text().equals(kind)) {
          check(known);
          return new WantedChange(
              known, node, List.copyOf(lost), (int) weight, replication, dryRun, copyBytes);
        }
      }
      throw JsonMembers.malformed(
          "change is join, replace, leave, remove, weight, replication, lost or undo");
    }

    private void check(Kind known) throws ProblemException {
      if (known.namesNode() == node.isEmpty()) {
        throw JsonMembers.malformed(
            known.namesNode()
                ? known.text() + " needs a node"
                : known.text() + " is about the node that is asked, or all, and names none");
      }
      if (known == Kind.WEIGHT ? weight < 1 || weight > Member.MAX_WEIGHT : weight != 0) {
        throw JsonMembers.malformed(
            "a weight is 1 to " + Member.MAX_WEIGHT + ", for the change 'weight' only");
      }
      if ((known == Kind.REPLICATION) != (replication != null)) {
        throw JsonMembers.malformed(
            "numbers of copies are for the change 'replication', and needed there");
      }
      if (!known.moves() && dryRun) {
        throw JsonMembers.malformed(known.text() + " moves nothing by itself, and has no dry-run");
      }
      if (known == Kind.LOST ? lost.isEmpty() : !lost.isEmpty() && !dryRun) {
        throw JsonMembers.malformed(
            "members are said to be lost by the change 'lost', which names them");
      }
    }
  }
}
