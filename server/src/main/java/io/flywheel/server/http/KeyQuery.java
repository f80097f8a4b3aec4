package io.flywheel.server.http;

import io.flywheel.core.model.Key;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a key from a query: {@code ?namespace=carts&key=42}, or {@code ?key=carts/42}. Escapes are
 * those of {@link KeyPath}; a slash within a key needs none where its namespace is named apart.
 */
public final class KeyQuery {
  private KeyQuery() {}

  /** Null where the query names none. */
  public static @Nullable Key parse(RequestHead head) throws ProblemException {
    var values = values(head.query());
    String key = values.remove("key");
    String namespace = values.remove("namespace");
    if (!values.isEmpty()) {
      throw malformed("the query has parameters other than 'namespace' and 'key'");
    }
    if (key == null) {
      if (namespace != null) {
        throw malformed("the query has a 'namespace' and no 'key'");
      }
      return null;
    }
    int slash = key.indexOf('/');
    if (namespace == null && slash >= 0) {
      namespace = key.substring(0, slash);
      key = key.substring(slash + 1);
    }
    String whole = key.replace("/", "%2F");
    return KeyPath.parse(
        namespace == null ? whole : namespace.replace("/", "%2F") + "/" + whole, 0);
  }

  /** Undecoded, by their names. */
  private static Map<String, String> values(@Nullable String query) throws ProblemException {
    var values = new HashMap<String, String>();
    if (query == null || query.isEmpty()) {
      return values;
    }
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0 || values.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
        throw malformed("a query has each parameter once, as name=value");
      }
    }
    return values;
  }

  private static ProblemException malformed(String detail) {
    return new ProblemException(ProblemType.MALFORMED_REQUEST, detail);
  }
}
