package io.flywheel.server.api;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;

/**
 * A listener that never listens: its connections were accepted elsewhere, and are handed over once
 * their first bytes have told what they speak. To what sits behind it they look like new ones.
 */
final class HandedOver extends AbstractServerChannel {
  private final ChannelConfig config = new DefaultChannelConfig(this);
  private final SocketAddress address;
  private volatile boolean open = true;

  HandedOver(SocketAddress address) {
    this.address = address;
  }

  /** On the loop's thread, with a connection that is registered nowhere and has no handlers. */
  void accept(Channel connection) {
    pipeline().fireChannelRead(connection);
    pipeline().fireChannelReadComplete();
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open;
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  protected SocketAddress localAddress0() {
    return address;
  }

  @Override
  protected void doBind(SocketAddress local) {}

  @Override
  protected void doBeginRead() {}

  @Override
  protected void doClose() {
    open = false;
  }
}
