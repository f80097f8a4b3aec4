package io.flywheel.server.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * Loads RocksDB's native library. By itself RocksDB unpacks it into the temporary folder and
 * deletes it when the process ends in peace; a process that is killed would leave some 17 MB behind
 * each time. Here the file goes as soon as it is loaded.
 */
final class RocksLibrary {
  private static boolean loaded; // under the class's lock

  private RocksLibrary() {}

  /** Once a process; must come before any other use of RocksDB. */
  static synchronized void load() throws UnusableDirectoryException {
    if (loaded) {
      return;
    }
    try {
      Path folder = Files.createTempDirectory("flywheel-rocksdb");
      try {
        NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
      } finally {
        clear(folder);
      }
      RocksDB.loadLibrary();
      loaded = true;
    } catch (IOException e) {
      throw new UnusableDirectoryException(
          "cannot unpack RocksDB's native library into "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Where a loaded library cannot be deleted (Windows), it stays until the process ends. */
  private static void clear(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!file.toFile().delete()) {
          file.toFile().deleteOnExit();
        }
      }
    }
    if (!folder.toFile().delete()) {
      folder.toFile().deleteOnExit();
    }
  }
}
