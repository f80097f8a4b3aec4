package io.flywheel.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.function.Function;

/**
 * Turns values into bytes and back. It is called by many threads at once. What it throws reaches
 * whoever made the request, as it is.
 *
 * @param <T> the type of values; an encoded value has at most 1 MiB, unless the cluster is
 *     configured otherwise
 */
public interface Codec<T> {
  byte[] encode(T value);

  T decode(byte[] bytes);

  /** The bytes themselves, not copied: leave an array alone once it is put. */
  static Codec<byte[]> bytes() {
    return of(Function.identity(), Function.identity());
  }

  /** Text as UTF-8: what HTTP shows as a JSON string. Bytes that are not UTF-8 are replaced. */
  static Codec<String> utf8() {
    return of(text -> text.getBytes(UTF_8), bytes -> new String(bytes, UTF_8));
  }

  static <T> Codec<T> of(Function<T, byte[]> encode, Function<byte[], T> decode) {
    return new Codec<>() {
      @Override
      public byte[] encode(T value) {
        return encode.apply(value);
      }

      @Override
      public T decode(byte[] bytes) {
        return decode.apply(bytes);
      }
    };
  }

  /**
   * A codec of another type, by way of this one's: {@code utf8().map(UUID::fromString,
   * UUID::toString)}.
   *
   * @param from makes a value of what this codec decodes
   * @param to makes what this codec encodes
   */
  default <U> Codec<U> map(Function<T, U> from, Function<U, T> to) {
    return of(value -> encode(to.apply(value)), bytes -> from.apply(decode(bytes)));
  }
}
