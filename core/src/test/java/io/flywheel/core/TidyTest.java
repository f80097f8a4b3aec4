package io.flywheel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.Tidy.Source;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the repository to {@link Tidy}, and Tidy to finding what it is there to find. */
final class TidyTest {
  private static final String IN_RING = "core/src/main/java/io/flywheel/core/ring/Ring.java";
  private static final String IN_SERVER = "server/src/main/java/io/flywheel/server/Server.java";
  private static final String IN_TEST = "core/src/test/java/io/flywheel/core/ring/RingTest.java";

  @Test
  void theRepositoryIsTidy() throws IOException {
    List<Source> sources = sources();
    assertTrue(sources.stream().anyMatch(Source::isCore), "the walk finds the sources of core");
    List<String> violations =
        sources.stream().flatMap(source -> Tidy.violations(source).stream()).toList();
    assertEquals("", String.join("\n", violations));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import io.flywheel.core.message.Message;",
        "import static io.flywheel.core.node.Node.start;",
        "var node = new io.flywheel.core.node.Node();",
        "import io.flywheel.core.nowhere.Thing;"
      })
  void aPackageUsesOnlyThoseBeforeIt(String code) {
    assertFound(IN_RING, code);
    assertClean(IN_SERVER, code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import io.flywheel.core.model.NodeId;",
        "import io.flywheel.core.version.Dot;",
        "import io.flywheel.core.ring.Token;"
      })
  void aPackageMayUseItselfAndThoseBeforeIt(String code) {
    assertClean(IN_RING, code);
  }

  @Test
  void everyPackageOfCoreHasItsPlace() {
    assertFound("core/src/main/java/io/flywheel/core/extra/Extra.java", "class Extra {}");
    assertFound("core/src/main/java/io/flywheel/core/Core.java", "class Core {}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "long now = System.currentTimeMillis();",
        "long now = System.nanoTime();",
        "var now = Instant.now();",
        "var clock = Clock.systemUTC();",
        "int i = ThreadLocalRandom.current().nextInt();",
        "var id = UUID.randomUUID();",
        "double d = Math.random();",
        "var random = new Random();",
        "new Thread(() -> {}).start();",
        "Thread.onSpinWait();",
        "CompletableFuture<String> later;",
        "import java.net.InetAddress;",
        "import java.nio.file.Path;",
        "import java.util.logging.Logger;",
        "import org.slf4j.Logger;",
        "System.out.println();",
        "System.err.println();",
        "var set = Set.of(1, 2);",
        "var map = Map.of(1, 2);",
        "var map = Map.ofEntries();",
        "var set = Set.copyOf(other);",
        "var map = Map.copyOf(other);",
        "var set = stream.collect(Collectors.toUnmodifiableSet());",
        "var map = new IdentityHashMap<String, String>();",
        "list.parallelStream().count();",
        "list.stream().parallel().count();"
      })
  void coreKnowsNoClockNoChanceNoThreadAndNoDisk(String code) {
    assertFound(IN_RING, code);
    assertClean(IN_SERVER, code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "var random = new Random(seed);",
        "var list = List.of(1, 2);",
        "var set = EnumSet.of(Phase.READY);",
        "var set = TreeMap.copyOfRange();",
        "// System.nanoTime() is for the server",
        "/** Never a {@link Thread}. */",
        "var text = \"java.net \\\" Thread\";"
      })
  void whatOnlyLooksLikeItIsAllowed(String code) {
    assertClean(IN_RING, code);
  }

  @Test
  void nothingIsLeftForLater() {
    assertFound(IN_SERVER, "// TO" + "DO: write this");
    assertFound("server/pom.xml", "<!-- FIX" + "ME -->");
    assertFound(IN_TEST, "int i; // XX" + "X");
    assertFound(IN_TEST, "@Dis" + "abled void test() {}");
  }

  @Test
  void testsDoNotSleep() {
    assertFound(IN_TEST, "Thread.sle" + "ep(100);");
    assertFound(IN_TEST, "TimeUnit.SECONDS.sle" + "ep(1);");
  }

  @Test
  void namesSayWhatSomethingIs() {
    assertFound(IN_SERVER, "package io.flywheel.server.common;");
    assertFound(IN_SERVER, "package io.flywheel.util.server;");
    assertFound(IN_SERVER, "class StoreImpl implements Store {}");
    assertClean(IN_SERVER, "import java.util.List;");
    assertClean(IN_SERVER, "class Implement {}");
  }

  @Test
  void aFileIsOneIdea() {
    assertClean(IN_SERVER, "\n".repeat(Tidy.MOST_LINES));
    assertFound(IN_SERVER, "\n".repeat(Tidy.MOST_LINES + 1));
    assertFound(IN_TEST, "\n".repeat(Tidy.MOST_LINES + 1));
    assertFound(IN_SERVER, "\tint i;");
  }

  @Test
  void aViolationNamesItsLine() {
    List<String> found =
        Tidy.violations(new Source(IN_RING, "/* one\n two */\nvar id = UUID.randomUUID();\n"));
    assertEquals(List.of(IN_RING + ":3: UUID.randomUUID: chance comes from a seed"), found);
  }

  private static void assertFound(String path, String text) {
    assertFalse(Tidy.violations(new Source(path, text)).isEmpty(), text);
  }

  private static void assertClean(String path, String text) {
    assertEquals(List.of(), Tidy.violations(new Source(path, text)));
  }

  /** Every source file below the repository's root, whichever folder the test was started in. */
  private static List<Source> sources() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("core/pom.xml"))) {
      root = Objects.requireNonNull(root.getParent(), "the tests run inside the repository");
    }
    SourceWalk walk = new SourceWalk(root);
    Files.walkFileTree(root, walk);
    return walk.sources;
  }

  private static final class SourceWalk extends SimpleFileVisitor<Path> {
    private static final List<String> ENDINGS = List.of(".java", ".xml", ".proto", ".yaml", ".sh");

    private final Path root;
    private final List<Source> sources = new ArrayList<>();

    SourceWalk(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      String name = folder.getFileName().toString();
      boolean written = name.startsWith(".") || name.equals("target") || isData(folder);
      return written && !folder.equals(root)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    /** Where {@code flywheel up} keeps a cluster's data unless told otherwise. */
    private boolean isData(Path folder) {
      return folder.equals(root.resolve("data"));
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (ENDINGS.stream().anyMatch(file.toString()::endsWith)) {
        String path = root.relativize(file).toString().replace('\\', '/');
        sources.add(new Source(path, Files.readString(file)));
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
