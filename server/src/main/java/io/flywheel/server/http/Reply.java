package io.flywheel.server.http;

import io.netty.buffer.ByteBufAllocator;

/** Where the answer to one request goes. */
public interface Reply {
  ByteBufAllocator allocator();

  /** Takes over the answer's body. Called once. */
  void send(Answer answer);
}
