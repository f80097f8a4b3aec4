package io.flywheel.server.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node's data directory, held by one process at a time:
 *
 * <ul>
 *   <li>{@code db}: the database;
 *   <li>{@code format}: the version of everything in it, written once the database holds the node's
 *       metadata; where it exists, a missing database is a loss and not a first start;
 *   <li>{@code lock}: locked by the process that uses the directory, and names it.
 * </ul>
 *
 * Whatever else lies there belongs to others.
 */
public final class DataDirectory implements AutoCloseable {
  /** The format that this version writes, and the only one that it reads. */
  public static final int FORMAT = 2;

  private static final int MOST_FORMAT_BYTES = 64;

  private final Path root;
  private final FileChannel lockChannel;

  private DataDirectory(Path root, FileChannel lockChannel) {
    this.root = root;
    this.lockChannel = lockChannel;
  }

  /**
   * Makes the directory where there is none, locks it and checks its format.
   *
   * @throws UnusableDirectoryException where it cannot be written, is in use, or is of a format
   *     that this version does not know
   */
  public static DataDirectory open(Path root) throws UnusableDirectoryException {
    Path absolute = root.toAbsolutePath().normalize();
    try {
      Files.createDirectories(absolute);
    } catch (IOException e) {
      throw new UnusableDirectoryException(
          "cannot make the data directory " + absolute + ": " + reason(e), e);
    }
    var directory = new DataDirectory(absolute, lock(absolute));
    try {
      directory.checkFormat();
      return directory;
    } catch (IOException e) {
      directory.close();
      throw unusable(absolute, e);
    }
  }

  public Path root() {
    return root;
  }

  public Path database() {
    return root.resolve("db");
  }

  /** Whether a first start has been completed here, so that there must be a database. */
  public boolean isFormed() {
    return Files.exists(formatFile());
  }

  /** Records that the database holds metadata. Durable on return. */
  void markFormed() throws IOException {
    Path fresh = root.resolve("format.new");
    try (var channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap((FORMAT + "\n").getBytes(UTF_8)));
      channel.force(true);
    }
    Files.move(fresh, formatFile(), StandardCopyOption.ATOMIC_MOVE);
    try (var channel = FileChannel.open(root, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Gives the directory free for another process. */
  @Override
  public void close() {
    try {
      lockChannel.close();
    } catch (IOException e) {
      throw new IllegalStateException("cannot unlock " + root, e);
    }
  }

  private Path formatFile() {
    return root.resolve("format");
  }

  private void checkFormat() throws IOException {
    if (!isFormed()) {
      if (holdsTables()) {
        throw new UnusableDirectoryException(
            root + " holds a database but no file 'format' that says which version wrote it");
      }
      return;
    }
    String text = "";
    if (Files.size(formatFile()) <= MOST_FORMAT_BYTES) {
      text = Files.readString(formatFile()).strip();
    }
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw new UnusableDirectoryException(formatFile() + " does not hold a format number");
    }
    int format = Integer.parseInt(text);
    if (format != FORMAT) {
      boolean newer = format > FORMAT;
      throw new UnusableDirectoryException(
          root
              + " was written in format "
              + format
              + " by "
              + (newer ? "a newer" : "an older")
              + " version of Flywheel; this one reads format "
              + FORMAT
              + (newer ? "" : " and cannot bring older ones up to it")
              + ". Nothing was changed: use the version that wrote it, or another directory");
    }
  }

  /** Tables are never there before the first start is over, except when 'format' was taken away. */
  private boolean holdsTables() throws IOException {
    if (!Files.isDirectory(database())) {
      return false;
    }
    try (Stream<Path> files = Files.list(database())) {
      return files.anyMatch(file -> file.toString().endsWith(".sst"));
    }
  }

  private static FileChannel lock(Path root) throws UnusableDirectoryException {
    Path file = root.resolve("lock");
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(root, Files.readString(file).strip());
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(UTF_8)), 0);
      return channel;
    } catch (OverlappingFileLockException e) {
      closeQuietly(channel, e);
      throw inUse(root, String.valueOf(ProcessHandle.current().pid()));
    } catch (IOException e) {
      closeQuietly(channel, e);
      throw unusable(root, e);
    }
  }

  private static UnusableDirectoryException inUse(Path root, String holder) {
    String process = holder.isEmpty() ? "" : " (process " + holder + ")";
    return new UnusableDirectoryException(
        "the data directory " + root + " is in use by another node" + process);
  }

  private static void closeQuietly(@Nullable FileChannel channel, Exception because) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        because.addSuppressed(e);
      }
    }
  }

  private static UnusableDirectoryException unusable(Path root, IOException e) {
    return e instanceof UnusableDirectoryException clear
        ? clear
        : new UnusableDirectoryException(
            "cannot use the data directory " + root + ": " + reason(e), e);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "no permission for " + denied.getFile();
      case NoSuchFileException missing -> missing.getFile() + " does not exist";
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
