package io.flywheel.server.peer;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** Which of Netty's ways to the network is used: epoll where its native library loads. */
public enum Sockets {
  EPOLL,
  NIO;

  public static Sockets best() {
    return Epoll.isAvailable() ? EPOLL : NIO;
  }

  public boolean isEpoll() {
    return this == EPOLL;
  }

  /** A group of loops, each on a thread of its own that has this name and a number. */
  public EventLoopGroup loops(int count, String threadName) {
    IoHandlerFactory factory = isEpoll() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(threadName), factory);
  }

  public Class<? extends ServerSocketChannel> serverChannel() {
    return isEpoll() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  public Class<? extends SocketChannel> clientChannel() {
    return isEpoll() ? EpollSocketChannel.class : NioSocketChannel.class;
  }
}
