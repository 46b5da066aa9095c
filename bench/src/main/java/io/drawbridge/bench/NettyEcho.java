package io.drawbridge.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.ResourceLeakDetector;

/** The least that an echo on Netty costs: epoll, one handler, no limits, no close handshake. */
final class NettyEcho {
  private NettyEcho() {}

  static void serve(int port, int loops) throws InterruptedException {
    // As Vert.x has it.
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    var group = new MultiThreadIoEventLoopGroup(loops, EpollIoHandler.newFactory());
    new ServerBootstrap()
        .group(group)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 1024)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new NettyEchoHandler());
              }
            })
        .bind("127.0.0.1", port)
        .sync();
  }
}
