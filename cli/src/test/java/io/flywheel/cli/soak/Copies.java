package io.flywheel.cli.soak;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What each replica holds of a key, told by {@code /admin/explain}, which changes nothing. */
final class Copies {
  private static final Set<String> OF_THE_RECORD =
      new TreeSet<>(List.of("answered", "siblings", "context", "requests"));

  private Copies() {}

  /** The names of the key's primaries. */
  static List<String> primaries(SoakCluster cluster, int through, String key) throws IOException {
    return explain(cluster, through, key).get("preference-list").items().stream()
        .map(Json::text)
        .toList();
  }

  /** The keys of which the primaries do not all hold the same; what cannot be told differs. */
  static List<String> differing(SoakCluster cluster, int through, List<String> keys) {
    List<String> differing = new ArrayList<>();
    for (String key : keys) {
      if (!areEqual(cluster, through, key)) {
        differing.add(key);
      }
    }
    return differing;
  }

  private static boolean areEqual(SoakCluster cluster, int through, String key) {
    try {
      List<Json> primaries =
          explain(cluster, through, key).get("replicas").items().stream()
              .filter(replica -> replica.get("primary").isTrue())
              .toList();
      long different = primaries.stream().map(Copies::record).distinct().count();
      return different == 1
          && primaries.stream().noneMatch(replica -> replica.get("siblings").items().isEmpty());
    } catch (IOException e) {
      return false;
    }
  }

  private static Json explain(SoakCluster cluster, int through, String key) throws IOException {
    Answer answer = cluster.ask(through, "/admin/explain/" + key);
    if (answer.status() != 200) {
      throw new IOException(key + ": " + answer.text());
    }
    return answer.json();
  }

  /** All of a copy, but not who has it and for whom. */
  private static String record(Json replica) {
    var text = new StringBuilder();
    replica
        .fields()
        .forEach(
            (name, value) -> {
              if (OF_THE_RECORD.contains(name)) {
                write(text.append(name).append(' '), value);
              }
            });
    return text.toString();
  }

  private static void write(StringBuilder text, Json value) {
    text.append(value.text()).append('{');
    for (Map.Entry<String, Json> field : value.fields().entrySet()) {
      write(text.append(field.getKey()).append(' '), field.getValue());
    }
    value.items().forEach(item -> write(text, item));
    text.append('}');
  }
}
