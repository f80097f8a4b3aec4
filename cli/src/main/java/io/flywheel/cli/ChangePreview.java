package io.flywheel.cli;

import io.flywheel.cli.http.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints what a change of the ring would do. */
final class ChangePreview {
  private final Terminal terminal;
  private final Json change;
  private final Json forecast;

  ChangePreview(Terminal terminal, Json preview) {
    this.terminal = terminal;
    this.change = preview.get("change");
    this.forecast = preview.get("forecast");
  }

  /**
   * Prints it.
   *
   * @param freeBytes what each node's disk has left, by name, as far as known
   */
  void print(Map<String, Long> freeBytes) {
    long copies = forecast.get("copies").integer();
    long all = 0;
    for (Json node : nodes()) {
      all += node.get("copies").integer();
    }
    terminal.line(
        "%s: %d of %d copies of partitions move (%s); the least possible is %d"
            .formatted(
                title(),
                copies,
                all,
                Figures.percent((double) copies / Math.max(1, all)),
                forecast.get("least-copies").integer()));
    terminal.line(
        "about %s are fetched, by each node at %s/s at most: %s, or more under load"
            .formatted(
                Figures.bytes(forecast.get("fetch-bytes").integer()),
                Figures.bytes(forecast.get("limit-bytes-per-second").integer()),
                Figures.duration(forecast.get("seconds").integer())));
    table(freeBytes);
    room(freeBytes);
    crowded();
    gone();
    exposed();
  }

  /** What fewer than a majority are left of may have been acknowledged by the others alone. */
  private void gone() {
    List<Json> byLiving = forecast.get("partitions-by-living").items();
    int n = byLiving.size() - 1;
    for (int living = 0; living < n / 2 + 1 && living < n; living++) {
      long partitions = byLiving.get(living).integer();
      if (partitions > 0) {
        warn(
            living == 0
                ? "of %d partitions no copy lives: if those who are down are lost, so is all that"
                        .formatted(partitions)
                    + " they hold"
                : "of %d partitions only %d of %d copies live: if those who are down are lost, so is"
                        .formatted(partitions, living, n)
                    + " whatever they alone have acknowledged");
      }
    }
  }

  private String title() {
    String node = change.get("node").text();
    return switch (change.get("kind").text()) {
      case "join" -> node + " joins";
      case "leave" -> node + " leaves";
      case "remove" -> node + " is removed";
      case "replace" -> node + " takes the place of " + change.get("replaces").text();
      case "replication" -> "the copies of each key become " + Change.copiesOf(change);
      default -> node + " takes weight " + change.get("weight").text();
    };
  }

  private List<Json> nodes() {
    return Figures.byName(forecast.get("nodes").items());
  }

  private void table(Map<String, Long> freeBytes) {
    var table =
        new Table("node", "copies", "gains", "loses", "then", "fetches", "peak-disk", "disk-free");
    for (Json node : nodes()) {
      long copies = node.get("copies").integer();
      long gains = node.get("gains").integer();
      long loses = node.get("loses").integer();
      String name = node.get("name").text();
      Long free = freeBytes.get(name);
      table.row(
          name,
          Long.toString(copies),
          Long.toString(gains),
          Long.toString(loses),
          Long.toString(copies + gains - loses),
          bytes(node.get("fetch-bytes").integer()),
          bytes(node.get("peak-extra-bytes").integer()),
          free == null ? "" : Figures.bytes(free));
    }
    table.print(terminal);
  }

  private static String bytes(long count) {
    return count == 0 ? "" : "+" + Figures.bytes(count);
  }

  private void room(Map<String, Long> freeBytes) {
    for (Json node : nodes()) {
      String name = node.get("name").text();
      Long free = freeBytes.get(name);
      long peak = node.get("peak-extra-bytes").integer();
      if (free != null && peak > free) {
        warn(
            "%s has room for %s and would need %s: it would refuse to go on when its disk is full"
                .formatted(name, Figures.bytes(free), Figures.bytes(peak)));
      }
    }
  }

  private void crowded() {
    for (Json zone : forecast.get("crowded").items()) {
      long before = zone.get("before").integer();
      long after = zone.get("after").integer();
      if (after > before) {
        String rack = zone.get("rack").text();
        String where =
            rack.isEmpty()
                ? "data centre " + zone.get("datacenter").text()
                : "rack " + zone.get("datacenter").text() + "/" + rack;
        warn(
            "%s would hold a majority of the copies of %d partitions (now of %d), which could not"
                    .formatted(where, after, before)
                + " be read and written with a majority when it is lost");
      }
    }
  }

  /** What would be left if the node whose loss is worst were lost meanwhile. */
  private void exposed() {
    String worst = "";
    int least = Integer.MAX_VALUE;
    long partitions = 0;
    int n = 0;
    for (Json exposure : forecast.get("if-one-fails").items()) {
      List<Json> byCopies = exposure.get("partitions-by-copies").items();
      n = byCopies.size() - 1;
      for (int copies = 0; copies < byCopies.size(); copies++) {
        long count = byCopies.get(copies).integer();
        if (count > 0) {
          if (copies < least || (copies == least && count > partitions)) {
            worst = exposure.get("name").text();
            least = copies;
            partitions = count;
          }
          break;
        }
      }
    }
    if (worst.isEmpty()) {
      return;
    }
    String line =
        String.format(
            Locale.ROOT,
            "if one more node failed meanwhile, at the worst %s, %d partitions would have %s",
            worst,
            partitions,
            least == 0 ? "no live copy" : least + " of " + n + " live copies");
    if (least < n / 2 + 1) {
      warn(line);
    } else {
      terminal.line(line);
    }
  }

  void warn(String line) {
    terminal.line(terminal.yellow("note: " + line));
  }
}
