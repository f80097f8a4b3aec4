package io.flywheel.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows under a heading, in columns two blanks apart. Cells hold no blanks where it can be helped,
 * so that awk finds its way too.
 */
final class Table {
  private final List<String> heading;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... heading) {
    this.heading = Arrays.asList(heading);
  }

  void row(String... cells) {
    if (cells.length != heading.size()) {
      throw new IllegalArgumentException(cells.length + " cells under " + heading);
    }
    rows.add(Arrays.stream(cells).map(cell -> cell.isEmpty() ? "-" : cell).toList());
  }

  void print(Terminal terminal) {
    int[] widths = new int[heading.size()];
    measure(widths, heading);
    rows.forEach(row -> measure(widths, row));
    terminal.line(terminal.bold(line(widths, heading)));
    rows.forEach(row -> terminal.line(line(widths, row)));
  }

  private static void measure(int[] widths, List<String> cells) {
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      widths[column] = Math.max(widths[column], cell.codePointCount(0, cell.length()));
    }
  }

  private static String line(int[] widths, List<String> cells) {
    var line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      line.append(cell);
      line.repeat(" ", widths[column] - cell.codePointCount(0, cell.length()) + 2);
    }
    return line.toString().stripTrailing();
  }
}
