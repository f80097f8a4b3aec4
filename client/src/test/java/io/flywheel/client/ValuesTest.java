package io.flywheel.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flywheel.client.Fetched.Version;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Codecs, merges, what was fetched, and what options refuse. */
final class ValuesTest {
  private record Item(String name, int count) {}

  private static <T> T roundTrip(Codec<T> codec, T value) {
    return codec.decode(codec.encode(value));
  }

  @Test
  void codecsGiveBackWhatTheyTook() {
    assertEquals("grün", roundTrip(Codec.utf8(), "grün"));
    byte[] bytes = {1, 2};
    assertTrue(Arrays.equals(bytes, roundTrip(Codec.bytes(), bytes)));
    var id = UUID.randomUUID();
    assertEquals(id, roundTrip(Codec.utf8().map(UUID::fromString, UUID::toString), id));
    var item = new Item("book", 2);
    assertEquals(item, roundTrip(JsonCodec.of(Item.class), item));
    var items = JsonCodec.of(new ObjectMapper(), new TypeReference<List<Item>>() {});
    assertEquals(List.of(item), roundTrip(items, List.of(item)));
    assertThrows(UncheckedIOException.class, () -> items.decode("{".getBytes(UTF_8)));
  }

  private static <T> void assertLaws(Merge<T> merge, List<T> values) {
    for (T a : values) {
      assertEquals(a, merge.merge(a, a));
      for (T b : values) {
        assertEquals(merge.merge(a, b), merge.merge(b, a));
        for (T c : values) {
          assertEquals(merge.merge(a, merge.merge(b, c)), merge.merge(merge.merge(a, b), c));
        }
      }
    }
  }

  @Test
  void mergesDoNotMindOrderOrRepetition() {
    assertLaws(Merges.maximum(), List.of(1, 2, 3));
    assertLaws(Merges.<String>union(), List.of(Set.of(), Set.of("a"), Set.of("a", "b")));
    assertLaws(
        Merges.union(Merges.<Integer>maximum()),
        List.of(Map.of(), Map.of("a", 1), Map.of("a", 2, "b", 1)));
    assertLaws(
        Merges.<Item, Integer>newest(Item::count), List.of(new Item("a", 1), new Item("b", 2)));
    assertLaws(Merges.maximum(Comparator.<Integer>reverseOrder()), List.of(1, 2, 3));
    assertEquals(
        Map.of("a", 2, "b", 1),
        Merges.union(Merges.<Integer>maximum()).merge(Map.of("a", 1), Map.of("a", 2, "b", 1)));
  }

  private static <T> Fetched<T> fetched(List<T> values) {
    var versions = values.stream().map(value -> new Version<>(value, "")).toList();
    return new Fetched<>(versions, "c", new ReadReceipt(2, 0, 0));
  }

  @Test
  void siblingsAreNeverTakenForAValue() {
    assertEquals("a", fetched(List.of("a")).value());
    assertThrows(NoSuchElementException.class, () -> fetched(List.of()).value());
    var both = fetched(List.of(1, 2));
    assertThrows(IllegalStateException.class, both::value);
    assertTrue(both.hasSiblings());
    assertEquals(List.of(1, 2), both.siblings());
    assertEquals(Optional.of(2), both.merged(Merges.maximum()));
    assertEquals(Optional.empty(), fetched(List.<Integer>of()).merged(Merges.maximum()));
  }

  @Test
  void optionsRefuseWhatMakesNoSense() {
    List<Runnable> wrong =
        List.of(
            () -> Put.ttl(Duration.ZERO),
            () -> Read.r(-1),
            () -> FlywheelClient.connect(),
            () -> FlywheelClient.connect("localhost"),
            () -> FlywheelClient.connect("localhost:99999"),
            () -> FlywheelClient.builder().timeout(Duration.ofMinutes(2)),
            () -> FlywheelClient.builder().retryBudget(1.5),
            () -> FlywheelClient.builder().mostInFlight(0),
            () -> FlywheelClient.builder().rememberedContexts(-1),
            () -> FlywheelClient.builder().ringRefresh(Duration.ZERO));
    wrong.forEach(each -> assertThrows(IllegalArgumentException.class, each::run));
  }
}
