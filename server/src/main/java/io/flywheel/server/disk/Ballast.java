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

  /** How much is still to be written: all at first, less where it was begun or made for less. */
  long missingBytes() throws IOException {
    return Files.exists(file) ? Math.max(0, bytes - Files.size(file)) : bytes;
  }

  /**
   * Makes it larger by a piece, which is synced. Written out, because some file systems take no
   * room for what is all zeros or promised only; and not all at once, because requests wait for the
   * same disk.
   */
  void grow() throws IOException {
    try (var channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
      long before = channel.size();
      byte[] piece = new byte[(int) Math.min(bytes - before, PIECE_BYTES)];
      new SplittableRandom(before).nextBytes(piece);
      var buffer = ByteBuffer.wrap(piece);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    } catch (IOException e) {
      var _ = release();
      throw e;
    }
  }

  /** Whether there was any. */
  boolean release() throws IOException {
    return Files.deleteIfExists(file);
  }
}
