package io.flywheel.cli.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node answered.
 *
 * @param headers by name in lower case; of several with one name, the first
 */
@SuppressWarnings("ArrayRecordComponent") // Made and read, never compared.
public record Answer(int status, Map<String, String> headers, byte[] body) {
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  public Json json() throws IOException {
    return Json.parse(body);
  }

  /** The body as text for people, which the JSON that nodes send is. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
