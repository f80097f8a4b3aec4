package io.flywheel.server.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/** A file of no content that takes room, to be given away when there is none left. */
final class Ballast {
  private static final int PIECE_BYTES = 1 << 20;

  private final Path file;
  private final long bytes;

  Ballast(Path file, long bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /** A smaller one, left by a crash or made for another disk, counts for nothing. */
  boolean isThere() throws IOException {
    return Files.exists(file) && Files.size(file) >= bytes;
  }

  /** Written out, because some file systems take no room for what is all zeros or promised only. */
  void make() throws IOException {
    var random = new SplittableRandom(bytes);
    byte[] piece = new byte[PIECE_BYTES];
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      long left = bytes;
      while (left > 0) {
        random.nextBytes(piece);
        var buffer = ByteBuffer.wrap(piece, 0, (int) Math.min(left, piece.length));
        while (buffer.hasRemaining()) {
          left -= channel.write(buffer);
        }
      }
      channel.force(true);
    } catch (IOException e) {
      release();
      throw e;
    }
  }

  void release() throws IOException {
    Files.deleteIfExists(file);
  }
}
