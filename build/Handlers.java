import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names the lines of core that handle an error and that no fault reaches. Such are the blocks after
 * {@code catch}, and whatever says by its words that something failed, is refused, damaged, lost or
 * full, or answers so. Guards against mistakes of the program itself ({@code throw new Illegal...})
 * are counted apart: no fault can reach them.
 *
 * <p>Arguments: the folder of the sources, the XML report of JaCoCo for the simulator's run, and
 * the one for the tests.
 */
final class Handlers {
  private static final Pattern WORDS =
      Pattern.compile(
          "throw new |\\.Failed|\\.Damaged|failed\\(|unreadable|damaged|lost\\(|refus|Refused\\("
              + "|NotDone\\(|Unknown\\(|Effect\\.Halt|Severity\\.WARNING|warn\\(|warnOnce\\(|report\\("
              + "|giveUp|contradict|STALE_ERA|OVERLOADED|UNREADABLE|NOT_A_REPLICA|PutStatus\\.FULL"
              + "|expire\\(|unreachable\\(|retire\\(|objection|isFull\\(\\)");
  private static final Pattern GUARD = Pattern.compile("throw new Illegal");
  private static final Pattern CATCH = Pattern.compile("\\} catch \\(.*\\{\\s*$");
  private static final Pattern ELEMENT =
      Pattern.compile(
          "<(package|sourcefile) name=\"([^\"]*)\"|<line nr=\"(\\d+)\" mi=\"(\\d+)\""
              + " ci=\"(\\d+)\"");

  private static final class Count {
    private int handlers;
    private int bySimulator;
    private int byTests;
    private final List<String> unreached = new ArrayList<>();
  }

  public static void main(String[] arguments) throws IOException {
    var root = Path.of(arguments[0]);
    var simulator = covered(Path.of(arguments[1]));
    var tests = covered(Path.of(arguments[2]));
    var handlers = new Count();
    var guards = new Count();
    var onlyTests = new TreeMap<String, List<Integer>>();
    for (Path file : sources(root)) {
      var name = root.relativize(file).toString().replace('\\', '/');
      var lines = Files.readAllLines(file);
      var reached = simulator.getOrDefault(name, Map.of());
      var tested = tests.getOrDefault(name, Map.of());
      for (int i : handlerLines(lines)) {
        var bySimulator = reached.get(i + 1);
        if (bySimulator == null) {
          continue; // no code
        }
        var text = lines.get(i).strip();
        var count = GUARD.matcher(text).find() ? guards : handlers;
        boolean byTests = tested.getOrDefault(i + 1, false);
        count.handlers++;
        count.bySimulator += bySimulator ? 1 : 0;
        count.byTests += !bySimulator && byTests ? 1 : 0;
        if (!bySimulator && byTests && count == handlers) {
          onlyTests.computeIfAbsent(name, key -> new ArrayList<>()).add(i + 1);
        } else if (!bySimulator) {
          count.unreached.add(
              name.substring(name.indexOf("core/") + 5) + ":" + (i + 1) + "  " + text);
        }
      }
    }
    tell("lines that handle an error", handlers);
    handlers.unreached.forEach(line -> System.out.println("  " + line));
    System.out.println("reached by tests only:");
    onlyTests.forEach(
        (name, lines) ->
            System.out.println("  " + name.substring(name.indexOf("core/") + 5) + " " + lines));
    tell("guards against mistakes of the program", guards);
  }

  private static void tell(String what, Count count) {
    int neither = count.handlers - count.bySimulator - count.byTests;
    System.out.println(
        what
            + ": "
            + count.handlers
            + ", reached by the simulator "
            + count.bySimulator
            + ", by tests only "
            + count.byTests
            + ", by neither "
            + neither);
  }

  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  /** Counted from 0. A block after {@code catch} is one as a whole. */
  private static List<Integer> handlerLines(List<String> lines) {
    var found = new ArrayList<Integer>();
    Set<Integer> caught = new HashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i);
      if (CATCH.matcher(line).find()) {
        int indent = line.indexOf('}');
        for (int j = i + 1; j < lines.size() && lines.get(j).indexOf('}') != indent; j++) {
          caught.add(j);
        }
      }
      var text = line.strip();
      boolean comment = text.startsWith("*") || text.startsWith("/") || text.startsWith("import");
      if (caught.contains(i) || (!comment && WORDS.matcher(line).find())) {
        found.add(i);
      }
    }
    return found;
  }

  /** By file and line number, whether any of its code ran. */
  private static Map<String, Map<Integer, Boolean>> covered(Path xml) throws IOException {
    var files = new HashMap<String, Map<Integer, Boolean>>();
    Map<Integer, Boolean> lines = new HashMap<>();
    var folder = "";
    Matcher element = ELEMENT.matcher(Files.readString(xml));
    while (element.find()) {
      if ("package".equals(element.group(1))) {
        folder = element.group(2);
      } else if ("sourcefile".equals(element.group(1))) {
        lines = new HashMap<>();
        files.put(folder + "/" + element.group(2), lines);
      } else {
        lines.put(Integer.parseInt(element.group(3)), !element.group(5).equals("0"));
      }
    }
    return files;
  }
}
