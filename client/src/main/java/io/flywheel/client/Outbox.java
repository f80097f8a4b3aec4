package io.flywheel.client;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What is to leave together: messages, each after its length. Any thread adds; the network's takes
 * all, and gives the buffer back when it has been sent.
 */
final class Outbox {
  static final int LENGTH_BYTES = 4;

  private static final int USUAL_BYTES = 8 << 10;
  private static final int MOST_KEPT_BYTES = 64 << 10;

  private final ByteBufAllocator allocator;
  private @Nullable ByteBuf gathered;
  private @Nullable ByteBuf spare;
  private boolean isExpected;
  private boolean closed;

  Outbox(ByteBufAllocator allocator, byte[] preface) {
    this.allocator = allocator;
    this.gathered = allocator.directBuffer(USUAL_BYTES).writeBytes(preface);
  }

  /** True where nobody has been told yet that there is something to take. */
  synchronized boolean add(MessageLite message) {
    if (closed) {
      return false;
    }
    int bytes = message.getSerializedSize();
    ByteBuf buffer = buffer(LENGTH_BYTES + bytes).writeInt(bytes);
    try {
      var stream = CodedOutputStream.newInstance(buffer.nioBuffer(buffer.writerIndex(), bytes));
      message.writeTo(stream);
      stream.flush();
    } catch (IOException e) {
      throw new IllegalStateException("a buffer is shorter than the message is", e);
    }
    buffer.writerIndex(buffer.writerIndex() + bytes);
    boolean first = !isExpected;
    isExpected = true;
    return first;
  }

  private ByteBuf buffer(int room) {
    ByteBuf buffer = gathered;
    if (buffer == null) {
      buffer = spare == null ? allocator.directBuffer(Math.max(USUAL_BYTES, room)) : spare;
      spare = null;
      gathered = buffer;
    }
    return buffer.ensureWritable(room);
  }

  synchronized int bytes() {
    return gathered == null ? 0 : gathered.readableBytes();
  }

  synchronized @Nullable ByteBuf takeAll() {
    isExpected = false;
    ByteBuf all = gathered;
    gathered = null;
    return all;
  }

  synchronized void giveBack(ByteBuf sent) {
    if (spare == null && !closed && sent.refCnt() == 1 && sent.capacity() <= MOST_KEPT_BYTES) {
      spare = sent.clear();
    } else {
      sent.release();
    }
  }

  /** Takes nothing more. */
  synchronized void close() {
    closed = true;
    release(gathered);
    release(spare);
    gathered = null;
    spare = null;
  }

  private static void release(@Nullable ByteBuf buffer) {
    if (buffer != null) {
      buffer.release();
    }
  }
}
