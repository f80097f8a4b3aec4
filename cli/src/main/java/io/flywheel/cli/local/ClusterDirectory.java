package io.flywheel.cli.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a local cluster lives: {@code node-k} for each node, the {@code secret} of them all, and a
 * {@code lock} that one {@code flywheel up} holds at a time.
 */
public final class ClusterDirectory implements AutoCloseable {
  private static final Pattern NODE = Pattern.compile("node-([1-9]\\d{0,5})");
  private static final int SECRET_BYTES = 32;

  private final Path root;
  private final Path named;
  private final FileChannel lock;

  private ClusterDirectory(Path root, Path named, FileChannel lock) {
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

  private static FileChannel lock(Path root, Path named) throws IOException, ClusterException {
    Path file = root.resolve("lock");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileLock lock = tryLock(channel);
    if (lock == null) {
      String holder = Files.readString(file).strip();
      channel.close();
      throw new ClusterException(
          ("another `flywheel up` (process %s) uses %s;"
                  + " stop it first, or name another directory with --data")
              .formatted(holder, named));
    }
    channel.truncate(0);
    String pid = ProcessHandle.current().pid() + "\n";
    channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.UTF_8)), 0);
    return channel;
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
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
