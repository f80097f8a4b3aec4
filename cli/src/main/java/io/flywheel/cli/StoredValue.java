package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.http.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A value as JSON carries it: a string, or base64 with an {@code encoding} that says so. */
final class StoredValue {
  private static final int ESCAPED_BYTES = 6;

  private StoredValue() {}

  static byte[] read(Json json) throws Failure {
    String value = json.get("value").text();
    if (!json.get("encoding").text().equals("base64")) {
      return value.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Base64.getDecoder().decode(value);
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.FAILED, "the node's base64 is damaged; try another with --node", e);
    }
  }

  /** The body of a put. */
  static byte[] write(byte[] value, @Nullable String context) throws IOException {
    var body = new ByteArrayOutputStream();
    try (JsonGenerator json = Json.factory().createGenerator(body)) {
      json.writeStartObject();
      if (goesAsText(value)) {
        json.writeStringField("value", new String(value, StandardCharsets.UTF_8));
      } else {
        json.writeStringField("value", Base64.getEncoder().encodeToString(value));
        json.writeStringField("encoding", "base64");
      }
      if (context != null) {
        json.writeStringField("context", context);
      }
      json.writeEndObject();
    }
    return body.toByteArray();
  }

  /**
   * Text goes as text, unless it is so full of control characters, six bytes each in JSON, that a
   * value within the limit would make a body beyond what a node reads.
   */
  private static boolean goesAsText(byte[] value) {
    long controls = 0;
    for (byte b : value) {
      if (b >= 0 && b < ' ') {
        controls++;
      }
    }
    return controls * ESCAPED_BYTES <= 3L * Math.max(1, value.length) && RawText.isUtf8(value);
  }
}
