package io.flywheel.cli.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value that answers every question: what is not there is {@link #NOTHING}. A newer or older
 * node may leave out a field, which is no reason not to show the others.
 *
 * <p>Jackson's own tree would do, but its mapper alone takes as long to start as all else together.
 */
public final class Json {
  public static final Json NOTHING = new Json(null, Map.of(), List.of());

  /** Values of 16 MiB are longer in base64 than Jackson takes by default. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private final @Nullable String scalar;
  private final Map<String, Json> fields;
  private final List<Json> items;

  private Json(@Nullable String scalar, Map<String, Json> fields, List<Json> items) {
    this.scalar = scalar;
    this.fields = fields;
    this.items = items;
  }

  public static JsonFactory factory() {
    return FACTORY;
  }

  /** Writes the members of an object. */
  @FunctionalInterface
  public interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /** An object as the body of a request. */
  public static byte[] object(Members members) {
    var body = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(body)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("an array takes everything", e);
    }
    return body.toByteArray();
  }

  public static Json parse(byte[] bytes) throws IOException {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      parser.nextToken();
      return value(parser);
    } catch (JsonProcessingException e) {
      throw new IOException("what was answered is not the JSON of a node", e);
    }
  }

  private static Json value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new IOException("the answer holds no JSON");
    }
    return switch (token) {
      case START_OBJECT -> {
        var fields = new LinkedHashMap<String, Json>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, value(parser));
        }
        yield new Json(null, Collections.unmodifiableMap(fields), List.of());
      }
      case START_ARRAY -> {
        var items = new ArrayList<Json>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield new Json(null, Map.of(), Collections.unmodifiableList(items));
      }
      case VALUE_NULL -> NOTHING;
      default -> new Json(parser.getText(), Map.of(), List.of());
    };
  }

  /** The field of that name. */
  public Json get(String name) {
    return fields.getOrDefault(name, NOTHING);
  }

  /** The fields of an object, in their order. */
  public Map<String, Json> fields() {
    return fields;
  }

  /** The items of an array. */
  public List<Json> items() {
    return items;
  }

  /** The text of a string, number or truth value; null for everything else. */
  public @Nullable String textOrNull() {
    return scalar;
  }

  public String text(String otherwise) {
    return scalar == null ? otherwise : scalar;
  }

  public String text() {
    return text("");
  }

  public boolean isTrue() {
    return text().equals("true");
  }

  /** The number, or 0 for what is none. */
  public double number() {
    try {
      return Double.parseDouble(text());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** The whole number, or 0 for what is none. */
  public long integer() {
    try {
      return Long.parseLong(text());
    } catch (NumberFormatException e) {
      return (long) number();
    }
  }
}
