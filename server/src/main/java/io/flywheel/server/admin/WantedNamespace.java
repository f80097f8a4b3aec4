package io.flywheel.server.admin;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.BlindWrites;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.server.config.ChoiceText;
import io.flywheel.server.config.DurationText;
import io.flywheel.server.http.ProblemException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a POST to {@code /admin/namespaces} asks for, such as {@code {"change":
 * "create", "name": "carts", "ttl": "30d", "dry-run": true}}. What is left out is as usual in a new
 * namespace, and stays as it is in one that there is.
 *
 * @param ttlMillis 0 for a life without end
 */
record WantedNamespace(
    boolean isNew,
    String name,
    @Nullable Conflicts conflicts,
    @Nullable Overflow overflow,
    @Nullable BlindWrites blindWrites,
    @Nullable Long ttlMillis,
    boolean dryRun) {

  static WantedNamespace parse(Bytes body) throws ProblemException {
    var members = new Members();
    JsonMembers.read(body, "{\"change\": \"create\", \"name\": \"carts\"}", members::take);
    return members.namespace();
  }

  /** The namespace as a whole, as it is to be in the place of what there is. */
  NamespaceSettings on(RecordSettings present) {
    var before = present.namespace(name);
    var rest = before == null || isNew ? NamespaceSettings.plain(name, Conflicts.SIBLINGS) : before;
    return new NamespaceSettings(
        name,
        conflicts == null ? rest.conflicts() : conflicts,
        overflow == null ? rest.overflow() : overflow,
        blindWrites == null ? rest.blindWrites() : blindWrites,
        ttlMillis == null ? rest.ttlMillis() : ttlMillis);
  }

  private static final class Members {
    private String change = "";
    private String name = "";
    private @Nullable Conflicts conflicts;
    private @Nullable Overflow overflow;
    private @Nullable BlindWrites blindWrites;
    private @Nullable Long ttlMillis;
    private boolean dryRun;

    void take(String member, JsonMembers value) throws IOException, ProblemException {
      switch (member) {
        case "change" -> change = value.text();
        case "name" -> name = value.text();
        case "conflicts" -> conflicts = choice(Conflicts.class, member, value.text());
        case "overflow" -> overflow = choice(Overflow.class, member, value.text());
        case "blind-writes" -> blindWrites = choice(BlindWrites.class, member, value.text());
        case "ttl" -> ttlMillis = millis(value.textOrNull());
        case "dry-run" -> dryRun = value.flag();
        default ->
            throw JsonMembers.malformed(
                "the members are change, name, conflicts, overflow, blind-writes, ttl and dry-run");
      }
    }

    private static <E extends Enum<E>> E choice(Class<E> choices, String member, String text)
        throws ProblemException {
      E choice = ChoiceText.parse(choices, text);
      if (choice == null) {
        throw JsonMembers.malformed(member + " is one of " + ChoiceText.all(choices));
      }
      return choice;
    }

    private static long millis(@Nullable String text) throws ProblemException {
      long millis = text == null ? 0 : DurationText.parseMillis(text);
      if (millis < 0 || (text != null && millis == 0)) {
        throw JsonMembers.malformed("ttl is " + DurationText.RULE + "; null for no end");
      }
      return millis;
    }

    WantedNamespace namespace() throws ProblemException {
      boolean isNew = change.equals("create");
      if (!isNew && !change.equals("set")) {
        throw JsonMembers.malformed("change is create or set");
      }
      return new WantedNamespace(isNew, name, conflicts, overflow, blindWrites, ttlMillis, dryRun);
    }
  }
}
