package io.flywheel.simulator.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * Draws what {@link RingExperiment} measured as SVG: on the left how even rings are, on the right
 * what changes move, by the number of nodes. The same figures give the same bytes; how long
 * anything took is not in it.
 */
public final class RingChart {
  private static final int WIDTH = 880;
  private static final int HEIGHT = 400;
  private static final int PLOT_WIDTH = 340;
  private static final int PLOT_HEIGHT = 230;
  private static final int TOP = 60;
  private static final int LEFT = 60;
  private static final int RIGHT = 500;
  private static final int LEGEND_TOP = TOP + PLOT_HEIGHT + 50;
  private static final int LEGEND_LINE = 18;
  private static final double TICK = 0.02;

  private final List<RingFigures> figures;
  private final List<Integer> sizes;
  private final List<Integer> racks;
  private final StringBuilder svg = new StringBuilder();

  /** One measure, whatever the racks. */
  private record Line(String name, String colour, ToDoubleFunction<RingFigures> value) {}

  /** One measure of all rings with so many racks. */
  private record Series(
      String name, String colour, ToDoubleFunction<RingFigures> value, int racks) {
    String dashes(List<Integer> all) {
      return racks == all.getFirst() ? "" : " stroke-dasharray=\"6 4\"";
    }
  }

  private RingChart(List<RingFigures> figures) {
    this.figures = figures;
    sizes = List.copyOf(new TreeSet<>(figures.stream().map(RingFigures::nodes).toList()));
    racks = List.copyOf(new TreeSet<>(figures.stream().map(RingFigures::racks).toList()));
  }

  /** The whole document. */
  public static String draw(List<RingFigures> figures) {
    return new RingChart(figures).draw();
  }

  private String draw() {
    line(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH, HEIGHT, WIDTH, HEIGHT);
    line("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    plot(
        LEFT,
        "Largest share of a node, over the mean",
        1.05,
        List.of(
            new Line("copies", "#1f5fa8", RingFigures::share),
            new Line("after a change", "#c2571a", RingFigures::shareAfter),
            new Line("first places", "#3a7d44", RingFigures::leads)));
    plot(
        RIGHT,
        "Copies moved by a change, over the least",
        1.10,
        List.of(
            new Line("join", "#1f5fa8", RingFigures::join),
            new Line("leave", "#c2571a", RingFigures::leave),
            new Line("replace", "#3a7d44", RingFigures::replace)));
    line("</svg>");
    return svg.toString();
  }

  private void plot(int left, String title, double promise, List<Line> lines) {
    var all = new ArrayList<Series>();
    for (Line each : lines) {
      for (int rack : racks) {
        String where = rack == 1 ? "one rack" : rack + " racks";
        all.add(new Series(each.name + ", " + where, each.colour, each.value, rack));
      }
    }
    double top = promise;
    for (Series series : all) {
      for (RingFigures each : figures) {
        top = each.racks() == series.racks ? Math.max(top, series.value.applyAsDouble(each)) : top;
      }
    }
    top = 1 + TICK * (Math.ceil((top - 1) / TICK - 1e-9) + 1);
    line(
        "<text x=\"%d\" y=\"%d\" font-size=\"14\" font-weight=\"bold\">%s</text>",
        left, TOP - 24, title);
    axes(left, top);
    double y = y(promise, top);
    line(
        "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#a00\"/>",
        left, y, left + PLOT_WIDTH, y);
    line(
        "<text x=\"%d\" y=\"%.1f\" fill=\"#a00\" text-anchor=\"end\">at most %.2f</text>",
        left + PLOT_WIDTH, y - 4, promise);
    for (int i = 0; i < all.size(); i++) {
      draw(all.get(i), left, top);
      legend(all.get(i), left, i);
    }
  }

  private void axes(int left, double top) {
    double step = top - 1 > 10 * TICK ? 5 * TICK : TICK;
    for (int i = 0; 1 + i * step <= top + 1e-9; i++) {
      double value = 1 + i * step;
      double y = y(value, top);
      line(
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>",
          left, y, left + PLOT_WIDTH, y);
      line("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.2f</text>", left - 6, y + 4, value);
    }
    for (int size : sizes) {
      double x = x(left, size);
      line(
          "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>",
          x, TOP, x, TOP + PLOT_HEIGHT);
      line(
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%,d</text>",
          x, TOP + PLOT_HEIGHT + 16, size);
    }
    line(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">nodes</text>",
        left + PLOT_WIDTH / 2, TOP + PLOT_HEIGHT + 30);
  }

  private void draw(Series series, int left, double top) {
    var points = new StringBuilder();
    for (RingFigures each : figures) {
      if (each.racks() == series.racks) {
        double x = x(left, each.nodes());
        double y = y(series.value.applyAsDouble(each), top);
        points.append(format("%.1f,%.1f ", x, y));
        line("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x, y, series.colour);
      }
    }
    line(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>",
        points.toString().strip(), series.colour, series.dashes(racks));
  }

  private void legend(Series series, int left, int place) {
    int x = left + place % 2 * (PLOT_WIDTH / 2 + 20);
    int y = LEGEND_TOP + place / 2 * LEGEND_LINE;
    line(
        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"%s/>",
        x, y - 4, x + 24, y - 4, series.colour, series.dashes(racks));
    line("<text x=\"%d\" y=\"%d\">%s</text>", x + 30, y, series.name);
  }

  private double x(int left, int nodes) {
    double first = Math.log(sizes.getFirst());
    double range = Math.max(1e-9, Math.log(sizes.getLast()) - first);
    return left + 20 + (PLOT_WIDTH - 40) * (Math.log(nodes) - first) / range;
  }

  private static double y(double value, double top) {
    return TOP + PLOT_HEIGHT * (top - value) / (top - 1);
  }

  private void line(String format, Object... arguments) {
    svg.append(format(format, arguments)).append('\n');
  }

  @SuppressWarnings("AnnotateFormatMethod") // It would take a library.
  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
