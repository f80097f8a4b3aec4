package io.flywheel.server.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.server.http.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Writes JSON for people and tools, where speed does not matter. */
final class JsonPage {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonPage() {}

  /** Writes the members of the outermost object. */
  @FunctionalInterface
  interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  static Answer of(int status, ByteBufAllocator allocator, Members members) {
    ByteBuf body = allocator.buffer();
    try (JsonGenerator json = FACTORY.createGenerator(stream(body))) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      body.release();
      throw new UncheckedIOException("a buffer does not fail", e);
    } catch (RuntimeException e) {
      body.release();
      throw e;
    }
    return Answer.json(status, "", body.writeByte('\n'));
  }

  private static OutputStream stream(ByteBuf body) {
    return new ByteBufOutputStream(body);
  }
}
