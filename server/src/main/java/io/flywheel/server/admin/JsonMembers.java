package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.flywheel.core.model.Bytes;
import io.flywheel.server.http.ProblemException;
import io.flywheel.server.http.ProblemType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a body that is one JSON object, one after the other. */
final class JsonMembers {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Takes one member. */
  @FunctionalInterface
  interface Taker {
    void take(String name, JsonMembers value) throws IOException, ProblemException;
  }

  private final JsonParser json;
  private String name = "";

  private JsonMembers(JsonParser json) {
    this.json = json;
  }

  /**
   * @param example of such a body, for who sent something else
   */
  static void read(Bytes body, String example, Taker taker) throws ProblemException {
    try (JsonParser json = FACTORY.createParser(body.array())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw malformed("a JSON object is wanted, such as " + example);
      }
      var members = new JsonMembers(json);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        members.name = json.currentName();
        json.nextToken();
        taker.take(members.name, members);
      }
      if (json.nextToken() != null) {
        throw malformed("something follows the closing brace");
      }
    } catch (JsonProcessingException e) {
      throw malformed("not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("an array does not fail", e);
    }
  }

  static ProblemException malformed(String detail) {
    return new ProblemException(ProblemType.MALFORMED_BODY, detail);
  }

  String text() throws IOException, ProblemException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(name + " is a string");
    }
    return json.getText();
  }

  List<String> texts() throws IOException, ProblemException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw malformed(name + " is an array of strings");
    }
    var texts = new ArrayList<String>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      texts.add(text());
    }
    return texts;
  }

  @Nullable String textOrNull() throws IOException, ProblemException {
    return json.currentToken() == JsonToken.VALUE_NULL ? null : text();
  }

  long number() throws IOException, ProblemException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        || json.getLongValue() < 0) {
      throw malformed(name + " is a whole number, 0 or more");
    }
    return json.getLongValue();
  }

  /** The members of an object, each a number, in their order. */
  Map<String, Integer> counts() throws IOException, ProblemException {
    String object = name;
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw malformed(object + " is an object whose members are numbers");
    }
    var counts = new LinkedHashMap<String, Integer>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      name = object + "." + json.currentName();
      String member = json.currentName();
      json.nextToken();
      if (counts.put(member, (int) Math.min(Integer.MAX_VALUE, number())) != null) {
        throw malformed(name + " is there twice");
      }
    }
    return counts;
  }

  boolean flag() throws ProblemException {
    if (!json.currentToken().isBoolean()) {
      throw malformed(name + " is true or false");
    }
    return json.currentToken() == JsonToken.VALUE_TRUE;
  }
}
