package io.flywheel.client;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Values as JSON. Needs {@code com.fasterxml.jackson.core:jackson-databind}, which the client does
 * not bring.
 */
public final class JsonCodec<T> implements Codec<T> {
  private final ObjectMapper mapper;
  private final JavaType type;

  private JsonCodec(ObjectMapper mapper, JavaType type) {
    this.mapper = mapper;
    this.type = type;
  }

  public static <T> JsonCodec<T> of(Class<T> type) {
    var mapper = new ObjectMapper();
    return new JsonCodec<>(mapper, mapper.constructType(type));
  }

  /** Of a type with parameters, and with a mapper of your own. */
  public static <T> JsonCodec<T> of(ObjectMapper mapper, TypeReference<T> type) {
    return new JsonCodec<>(mapper, mapper.constructType(type.getType()));
  }

  /**
   * The value as JSON.
   *
   * @throws UncheckedIOException where it has none
   */
  @Override
  public byte[] encode(T value) {
    try {
      return mapper.writerFor(type).writeValueAsBytes(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The value of this JSON.
   *
   * @throws UncheckedIOException where the bytes are not JSON of this type
   */
  @Override
  public T decode(byte[] bytes) {
    try {
      return mapper.readValue(bytes, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
