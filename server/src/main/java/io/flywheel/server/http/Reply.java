package io.flywheel.server.http;

import io.netty.buffer.ByteBufAllocator;

/** Where the answer to one request goes. */
public interface Reply {
  ByteBufAllocator allocator();

  /** Whether so large a body would be sent now, and not refused: asked before it is made. */
  boolean affords(long bytes);

  /** Takes over the answer's body. Called once. */
  void send(Answer answer);
}
