package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The three standard streams, and whether a person is looking. Text is UTF-8 whatever the locale,
 * because keys and values are.
 */
final class Terminal {
  private static final String BOLD = "\u001b[1m";
  private static final String RED = "\u001b[31m";
  private static final String GREEN = "\u001b[32m";
  private static final String YELLOW = "\u001b[33m";
  private static final String CLEAR_TO_END = "\u001b[K";
  private static final String PLAIN = "\u001b[0m";

  private final InputStream in;
  private final Outlet outlet;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private final boolean coloured;

  Terminal(
      InputStream in, OutputStream out, OutputStream err, boolean interactive, boolean coloured) {
    this.in = in;
    this.outlet = new Outlet(out);
    this.out = new PrintStream(outlet, false, StandardCharsets.UTF_8);
    this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
    this.interactive = interactive;
    this.coloured = coloured;
  }

  /**
   * The process's own streams. The launcher says through {@code flywheel.terminal} whether standard
   * output is a terminal; without it the JVM is asked, which wants a terminal for input too.
   */
  static Terminal ofProcess(Map<String, String> environment) {
    String known = System.getProperty("flywheel.terminal", "");
    boolean interactive = known.isEmpty() ? hasConsole() : known.equals("true");
    boolean coloured =
        interactive
            && isUnset(environment.get("NO_COLOR"))
            && !"dumb".equals(environment.get("TERM"));
    return new Terminal(
        System.in,
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        interactive,
        coloured);
  }

  @SuppressWarnings("SystemConsoleNull") // Since JDK 22 it may be there without a terminal.
  private static boolean hasConsole() {
    var console = System.console();
    return console != null && console.isTerminal();
  }

  private static boolean isUnset(@Nullable String value) {
    return value == null || value.isEmpty();
  }

  /** Whether standard output is a terminal, with a person in front of it. */
  boolean isInteractive() {
    return interactive;
  }

  boolean isColoured() {
    return coloured;
  }

  byte[] readAll() {
    try {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read standard input", e);
    }
  }

  /** Writes these bytes and nothing else. */
  void write(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  /** Whether all that was written has arrived; a full disk and a closed pipe are found out here. */
  boolean isWritten() {
    return !out.checkError();
  }

  /**
   * Whether nobody reads what is written any more, as {@code head} does when it has seen enough.
   */
  boolean isAbandoned() {
    return outlet.abandoned;
  }

  void line(String text) {
    out.print(text);
    out.print('\n');
    out.flush();
  }

  /** Replaces the line of progress before it, where a person is looking; else it goes nowhere. */
  void progress(String text) {
    if (interactive) {
      out.print("\r" + text + CLEAR_TO_END);
      out.flush();
    }
  }

  /** Takes the line of progress away, so that a whole line may follow. */
  void endProgress() {
    if (interactive) {
      out.print("\r" + CLEAR_TO_END);
      out.flush();
    }
  }

  /** Asks whoever is looking; null where nobody answers, as at the end of standard input. */
  @Nullable String ask(String question) {
    out.print(question);
    out.flush();
    try {
      var answer = new ByteArrayOutputStream();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          return null;
        }
        answer.write(next);
      }
      return answer.toString(StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read standard input", e);
    }
  }

  /** What a node answered, as it came. */
  void json(Answer answer) {
    line(answer.text().stripTrailing());
  }

  /** One line on standard error. */
  void complain(String text) {
    err.print(red("flywheel:") + " " + oneLine(text) + "\n");
    err.flush();
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  String bold(String text) {
    return styled(BOLD, text);
  }

  String red(String text) {
    return styled(RED, text);
  }

  String green(String text) {
    return styled(GREEN, text);
  }

  String yellow(String text) {
    return styled(YELLOW, text);
  }

  private String styled(String style, String text) {
    return coloured ? style + text + PLAIN : text;
  }

  /** Remembers why it could not write, which a {@link PrintStream} does not. */
  private static final class Outlet extends FilterOutputStream {
    private static final String NO_READER = "Broken pipe";

    private boolean abandoned;

    Outlet(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        abandoned = NO_READER.equals(e.getMessage());
        throw e;
      }
    }
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
