package io.flywheel.core;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The habits of this repository as far as a text search can hold them. Each rule looks at one
 * source and names what it finds as {@code path:line: reason}.
 */
final class Tidy {
  /** The packages of core in their order: each may use those before it, and itself. */
  static final List<String> PACKAGES =
      List.of(
          "model",
          "version",
          "ring",
          "message",
          "effect",
          "membership",
          "replica",
          "coordinate",
          "handoff",
          "antientropy",
          "node");

  static final int MOST_LINES = 450;

  private static final String CORE = "core/src/main/java/io/flywheel/core/";

  private static final Pattern CORE_PACKAGE = Pattern.compile("io\\.flywheel\\.core\\.([a-z]\\w*)");

  /** What would let the clock, chance, threads, I/O or the order of a hash into core. */
  private static final List<Ban> CORE_BANS =
      List.of(
          new Ban("System\\s*\\.\\s*(?:currentTimeMillis|nanoTime)", "time comes in as an input"),
          new Ban(
              "(?:Instant|LocalDate|LocalDateTime|ZonedDateTime)\\.now",
              "time comes in as an input"),
          new Ban("Clock\\.(?:system|tick)\\w*", "time comes in as an input"),
          new Ban(
              "ThreadLocalRandom|SecureRandom|SplittableRandom\\(\\)", "chance comes from a seed"),
          new Ban("UUID\\.randomUUID", "chance comes from a seed"),
          new Ban("Math\\.random", "chance comes from a seed"),
          new Ban("new\\s+Random\\(\\s*\\)", "chance comes from a seed"),
          new Ban("Collections\\.shuffle\\(\\s*\\w+\\s*\\)", "chance comes from a seed"),
          new Ban("(?:Thread|ThreadLocal|ScopedValue)", "core runs on its caller's thread"),
          new Ban(
              "(?:CompletableFuture|Executors?|ExecutorService)",
              "core runs on its caller's thread"),
          new Ban("java\\.(?:net|nio\\.file|nio\\.channels)", "I/O is an effect"),
          new Ban("java\\.io\\.(?:File\\w*|RandomAccessFile)", "I/O is an effect"),
          new Ban("(?:java\\.util\\.logging|org\\.slf4j)", "core answers, it does not log"),
          new Ban("System\\s*\\.\\s*(?:out|err|in)", "core answers, it does not print"),
          new Ban("(?:Set|Map)\\.(?:of|ofEntries|copyOf)", "its order changes from run to run"),
          new Ban("toUnmodifiable(?:Set|Map)", "its order changes from run to run"),
          new Ban("(?:IdentityHashMap|identityHashCode)", "its order changes from run to run"),
          new Ban("(?:parallelStream|parallel)\\(", "its order changes from run to run"));

  // Taken apart, so that a search for these words finds only what was left behind.
  private static final Pattern MARKER = Pattern.compile("\\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern SWITCHED_OFF = Pattern.compile("@Dis" + "abled\\b");
  private static final Pattern SLEEP =
      Pattern.compile("\\bThread\\s*\\.\\s*sle" + "ep\\b|\\bTimeUnit\\.\\w+\\.sle" + "ep\\b");

  private static final Pattern VAGUE_PACKAGE =
      Pattern.compile("^package\\s+(?:\\w+\\.)*(?:common|utils?)[.;]", Pattern.MULTILINE);
  private static final Pattern IMPLEMENTATION =
      Pattern.compile("\\b(?:class|record|enum|interface)\\s+\\w*Impl\\b");

  /** Comments and literals: what a rule about code must not look at. */
  private static final Pattern NOT_CODE =
      Pattern.compile(
          "//[^\\n]*+"
              + "|/\\*[\\s\\S]*?\\*/"
              + "|\"\"\"[\\s\\S]*?(?<!\\\\)\"\"\""
              + "|\"[^\"\\\\\\n]*+(?:\\\\.[^\"\\\\\\n]*+)*+\""
              + "|'[^'\\\\\\n]*+(?:\\\\.[^'\\\\\\n]*+)*+'");

  private Tidy() {}

  /** A file of the repository, with its path from the root. */
  record Source(String path, String text) {
    boolean isJava() {
      return path.endsWith(".java");
    }

    boolean isTest() {
      return path.contains("src/test/");
    }

    boolean isCore() {
      return isJava() && path.startsWith(CORE);
    }

    /** The text with comments and literals blanked, each line still in its place. */
    Source code() {
      String code =
          NOT_CODE.matcher(text).replaceAll(found -> found.group().replaceAll("[^\\n]", " "));
      return new Source(path, code);
    }

    String at(int offset, String reason) {
      long line = 1 + text.substring(0, offset).chars().filter(c -> c == '\n').count();
      return path + ":" + line + ": " + reason;
    }

    Stream<String> each(Pattern pattern, String reason) {
      return pattern
          .matcher(text)
          .results()
          .map(found -> at(found.start(), found.group().strip() + ": " + reason));
    }
  }

  private record Ban(Pattern pattern, String reason) {
    Ban(String pattern, String reason) {
      this(Pattern.compile("(?<![\\w])" + pattern + "(?![\\w])"), reason);
    }
  }

  /** All that is wrong with one source. */
  static List<String> violations(Source source) {
    List<String> found = new ArrayList<>();
    if (source.isCore()) {
      packageOrder(source).forEach(found::add);
      CORE_BANS.stream()
          .flatMap(ban -> source.code().each(ban.pattern(), ban.reason()))
          .forEach(found::add);
    }
    if (source.isJava()) {
      names(source.code()).forEach(found::add);
    }
    if (source.isTest()) {
      source.code().each(SWITCHED_OFF, "a test runs or is deleted").forEach(found::add);
      source.code().each(SLEEP, "a test waits for what it asserts").forEach(found::add);
    }
    source.each(MARKER, "do it, or open an issue").forEach(found::add);
    source.each(Pattern.compile("\\t"), "a tab").forEach(found::add);
    length(source).forEach(found::add);
    return found;
  }

  private static Stream<String> packageOrder(Source source) {
    String home = source.path().substring(CORE.length());
    if (!home.contains("/")) {
      return Stream.of(source.path() + ":1: core has no classes outside its packages");
    }
    String own = home.substring(0, home.indexOf('/'));
    if (!PACKAGES.contains(own)) {
      return Stream.of(source.path() + ":1: " + own + " has no place in the order of packages");
    }
    Source code = source.code();
    return CORE_PACKAGE
        .matcher(code.text())
        .results()
        .filter(found -> !mayUse(own, found))
        .map(found -> code.at(found.start(), own + " comes before " + found.group(1)));
  }

  private static boolean mayUse(String own, MatchResult used) {
    int place = PACKAGES.indexOf(used.group(1));
    return place >= 0 && place <= PACKAGES.indexOf(own);
  }

  private static Stream<String> names(Source code) {
    return Stream.concat(
        code.each(VAGUE_PACKAGE, "a package is named for what it holds"),
        code.each(IMPLEMENTATION, "a class is named for what sets it apart"));
  }

  private static Stream<String> length(Source source) {
    long lines = source.text().lines().count();
    return source.isJava() && lines > MOST_LINES
        ? Stream.of(source.path() + ":" + lines + ": longer than " + MOST_LINES + " lines")
        : Stream.empty();
  }
}
