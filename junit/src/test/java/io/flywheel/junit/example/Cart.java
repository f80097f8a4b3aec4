package io.flywheel.junit.example;

import static java.util.stream.Collectors.joining;

import io.flywheel.client.Codec;
import io.flywheel.client.Merge;
import io.flywheel.client.Merges;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A shopping cart that can be merged. Each line remembers when it was changed, and of two lines
 * about the same article the newer one counts; a line that was taken out stays, with a quantity of
 * 0, so that a merge does not bring it back.
 */
record Cart(Map<String, Line> lines) {
  static final Cart EMPTY = new Cart(Map.of());

  private static final Merge<Map<String, Line>> NEWER_LINES =
      Merges.union(Merges.newest(Line::order));

  /** One article and line of text: quantity, time, article. */
  static final Codec<Cart> CODEC = Codec.utf8().map(Cart::parse, Cart::text);

  record Line(int quantity, long changedAtMillis) {
    /** By time, and by quantity where two clients changed it in the same millisecond. */
    String order() {
      return "%020d %010d".formatted(changedAtMillis, quantity);
    }
  }

  static Cart union(Cart one, Cart other) {
    return new Cart(NEWER_LINES.merge(one.lines, other.lines));
  }

  Cart with(String article, int quantity) {
    var changed = new LinkedHashMap<>(lines);
    changed.put(article, new Line(quantity, System.currentTimeMillis()));
    return new Cart(changed);
  }

  @Override
  public String toString() {
    return new TreeMap<>(lines)
        .entrySet().stream()
            .filter(line -> line.getValue().quantity() > 0)
            .map(line -> line.getValue().quantity() + " " + line.getKey())
            .collect(joining(", "));
  }

  private String text() {
    return lines.entrySet().stream()
        .map(
            line ->
                line.getValue().quantity()
                    + " "
                    + line.getValue().changedAtMillis()
                    + " "
                    + line.getKey())
        .collect(joining("\n"));
  }

  private static Cart parse(String text) {
    var lines = new LinkedHashMap<String, Line>();
    for (String line : text.lines().toList()) {
      String[] parts = line.split(" ", 3);
      lines.put(parts[2], new Line(Integer.parseInt(parts[0]), Long.parseLong(parts[1])));
    }
    return new Cart(lines);
  }
}
