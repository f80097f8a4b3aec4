package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.http.Json;
import io.flywheel.core.model.Answers;
import io.flywheel.core.model.Level;
import io.flywheel.core.model.Quorum;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many copies there are of each key, as the configuration has it: {@code {n: 3}}, or numbers
 * for data centres. Whether there can be so many the members know.
 */
record CopyCounts(SortedMap<String, Integer> counts) {
  static final CopyCounts NONE = new CopyCounts(new TreeMap<>());

  private static final Pattern COUNT =
      Pattern.compile("\\s*([^\\s:{},]+)\\s*:\\s*([0-9]{1,9})\\s*");

  CopyCounts {
    counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
  }

  /** Of {@code 3} or {@code {dc1: 3, dc2: 2}}; null for what is neither. */
  static @Nullable CopyCounts parse(String text) {
    var counts = new TreeMap<String, Integer>();
    String inside = text.strip();
    if (inside.matches("[0-9]{1,9}")) {
      counts.put("n", Integer.parseInt(inside));
      return new CopyCounts(counts);
    }
    if (inside.startsWith("{") && inside.endsWith("}")) {
      inside = inside.substring(1, inside.length() - 1);
    }
    for (String part : inside.split(",", -1)) {
      Matcher count = COUNT.matcher(part);
      if (!count.matches()
          || counts.put(count.group(1), Integer.parseInt(count.group(2))) != null) {
        return null;
      }
    }
    return new CopyCounts(counts);
  }

  /** As a node writes it. */
  static CopyCounts of(Json replication) {
    var counts = new TreeMap<String, Integer>();
    for (Map.Entry<String, Json> entry : replication.fields().entrySet()) {
      counts.put(entry.getKey(), (int) entry.getValue().integer());
    }
    return new CopyCounts(counts);
  }

  /**
   * What there is to say of a node whose R and W, for requests that do not say, would not meet with
   * so many copies.
   *
   * @param page the node's {@code /admin/members}
   */
  Optional<String> unfit(Json page) {
    int n = counts.values().stream().mapToInt(count -> count).sum();
    String r = page.get("r").text();
    String w = page.get("w").text();
    if (n < 1 || r.isEmpty() || w.isEmpty() || quorum(n, r, w).overlaps(n)) {
      return Optional.empty();
    }
    return Optional.of(
        "%s is configured with R %s and W %s, which need not meet of %d copies: reads may miss writes"
            .formatted(page.get("node").text(), r, w, n));
  }

  private static Quorum quorum(int n, String r, String w) {
    return new Quorum(n, answers(n, r), answers(n, w));
  }

  private static Answers answers(int n, String text) {
    Level level = Level.named(text);
    return level == null ? Answers.of(Math.min(n, Integer.parseInt(text))) : Answers.of(level);
  }

  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("replication");
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  @Override
  public String toString() {
    var text = new StringJoiner(", ", "{", "}");
    counts.forEach((name, count) -> text.add(name + ": " + count));
    return text.toString();
  }
}
