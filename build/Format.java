import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs google-java-format over every Java file of the tree in one process. {@code check} names the
 * files that differ from what the formatter would write and fails; {@code apply} rewrites them.
 */
final class Format {
  public static void main(String[] arguments) throws Exception {
    boolean apply = arguments[0].equals("apply");
    Path root = Path.of(arguments[1]);
    List<String> command = new ArrayList<>();
    if (apply) {
      command.add("--replace");
    } else {
      command.addAll(List.of("--dry-run", "--set-exit-if-changed"));
    }
    command.addAll(sources(root));
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    int exit = new Main(out, err, System.in).format(command.toArray(String[]::new));
    if (exit != 0 && !apply) {
      err.println("The files named above are not formatted. Run ./format to rewrite them.");
    }
    System.exit(exit);
  }

  /** Sources of the modules and of the build itself; what tools write is not ours to format. */
  private static List<String> sources(Path root) throws IOException {
    List<String> sources = new ArrayList<>();
    try (Stream<Path> folders = Files.list(root)) {
      for (Path folder : folders.sorted().toList()) {
        Path start = folder.endsWith("build") ? folder : folder.resolve("src");
        if (Files.isDirectory(start)) {
          try (Stream<Path> files = Files.walk(start)) {
            files
                .map(Path::toString)
                .filter(f -> f.endsWith(".java"))
                .sorted()
                .forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }
}
