package io.flywheel.cli.local;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a local cluster lives: {@code node-k} for each node, the {@code secret} of them all, and a
 * {@code lock} that one {@code flywheel up} holds at a time, as one {@code flywheel add} does
 * {@code adding}.
 */
public final class ClusterDirectory implements AutoCloseable {
  private static final Pattern NODE = Pattern.compile("node-([1-9]\\d{0,5})");
  private static final int SECRET_BYTES = 32;

  private final Path root;
  private final Path named;
  private final ProcessLock lock;

  private ClusterDirectory(Path root, Path named, ProcessLock lock) {
    this.root = root;
    this.named = named;
    this.lock = lock;
  }

  /** Takes the directory for this process, and makes it where there is none. */
  public static ClusterDirectory open(Path named) throws ClusterException {
    Path root = named.toAbsolutePath().normalize();
    try {
      Files.createDirectories(root);
      return new ClusterDirectory(root, named, lock(root, named));
    } catch (IOException e) {
      throw new ClusterException(
          "cannot use " + named + " (" + e + "); name another directory with --data", e);
    }
  }

  private static ProcessLock lock(Path root, Path named) throws IOException, ClusterException {
    Path file = root.resolve("lock");
    var lock = ProcessLock.tryTake(file);
    if (lock == null) {
      throw new ClusterException(
          ("another `flywheel up` (process %s) uses %s;"
                  + " stop it first, or name another directory with --data")
              .formatted(ProcessLock.holder(file), named));
    }
    return lock;
  }

  /**
   * Waits for nobody: one node is added at a time, as the ring changes one step at a time, and two
   * would take the same name.
   */
  public static ProcessLock turnToAdd(Path named) throws ClusterException {
    Path root = named.toAbsolutePath().normalize();
    if (!Files.isDirectory(root)) {
      throw thereIsNone(named);
    }
    Path file = root.resolve("adding");
    try {
      var turn = ProcessLock.tryTake(file);
      if (turn == null) {
        throw new ClusterException(
            "another `flywheel add` (process %s) is not done with %s yet; wait for it, then try again"
                .formatted(ProcessLock.holder(file), named));
      }
      return turn;
    } catch (IOException e) {
      throw new ClusterException("cannot write to " + named + " (" + e + ")", e);
    }
  }

  static ClusterException thereIsNone(Path named) {
    return new ClusterException(
        "there is no cluster in %s; start one with `flywheel up --data %s`"
            .formatted(named, named));
  }

  /** As the user named it, for messages. */
  public Path named() {
    return named;
  }

  /** The nodes that have a configuration here and have not left the cluster, by their number. */
  public List<NodeFiles> nodes() throws ClusterException {
    return allNodes(root, named).stream().filter(files -> !files.hasLeft()).toList();
  }

  /** Those that have left as well: their names are not given twice. */
  static List<NodeFiles> allNodes(Path root, Path named) throws ClusterException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(entry -> NODE.matcher(entry.getFileName().toString()).matches())
          .map(NodeFiles::new)
          .filter(files -> Files.exists(files.configuration()))
          .sorted(Comparator.comparingInt(NodeFiles::number))
          .toList();
    } catch (IOException e) {
      throw new ClusterException("cannot read " + named + " (" + e + "); make it readable", e);
    }
  }

  /** Writes the configuration of a new cluster, unless its ports are in use. */
  public void create(ClusterShape shape) throws ClusterException {
    // Once written, the ports stay: who has to choose others must still be able to.
    Ports.requireFree(shape.addresses(), "choose other ports with --base-port");
    try {
      Path secret = root.resolve("secret");
      writeSecret(secret);
      for (int k = 1; k <= shape.nodes(); k++) {
        var files = new NodeFiles(root.resolve(ClusterShape.nameOf(k)));
        Files.createDirectories(files.directory());
        NodeFiles.write(files.configuration(), shape.configuration(k, files, secret.toString()));
      }
    } catch (IOException e) {
      throw new ClusterException(
          "cannot write to " + named + " (" + e + "); name another directory with --data", e);
    }
  }

  /** Only its owner may read it; an existing one is kept. */
  private static void writeSecret(Path file) throws IOException {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      if (posix) {
        var owner = PosixFilePermissions.fromString("rw-------");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(owner));
      } else {
        Files.createFile(file);
      }
    } catch (FileAlreadyExistsException e) {
      if (Files.size(file) > 0) {
        return;
      }
    }
    Files.writeString(file, HexFormat.of().formatHex(secret) + "\n");
  }

  @Override
  public void close() throws ClusterException {
    try {
      lock.close();
    } catch (IOException e) {
      throw new ClusterException("cannot unlock " + named + " (" + e + ")", e);
    }
  }
}
