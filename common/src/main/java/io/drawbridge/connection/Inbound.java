package io.drawbridge.connection;

import io.drawbridge.config.LimitSettings;
import io.drawbridge.config.OnLimit;
import io.drawbridge.guard.Lease;
import io.drawbridge.wire.FrameDecoder;
import io.drawbridge.wire.MessageInflater;
import io.drawbridge.wire.Payload;
import io.drawbridge.wire.WireLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The reading side of one connection: pulls messages out of what was read for as long as nothing
 * speaks against it. Otherwise the socket is not read, TCP pushes back, and nothing is lost.
 */
final class Inbound {

  // Reasons not to read, bits of "stopped".
  static final int THROTTLED = 1;
  static final int BACKPRESSURE = 2;
  static final int HELD = 4;
  static final int NO_LEASE = 8;
  static final int LEAVING = 16;

  private final Connection connection;
  private final EdgeContext context;
  private final LimitSettings limits;
  private final Socket socket;
  private final FrameDecoder decoder;
  private final Allowance allowance;
  private final Throttle throttle;
  private final Runnable leaseAnswered = () -> proceed(NO_LEASE);
  private @Nullable Lease lease;
  private int stopped;
  private boolean pumping;

  /** What was read and not decoded yet; not empty only where reading was stopped in its middle. */
  private ByteBuf unread = Unpooled.EMPTY_BUFFER;

  /**
   * Reads that were under way when reading was stopped; at most what one turn of the loop reads.
   */
  private final ArrayDeque<ByteBuf> unreadLater = new ArrayDeque<>(0);

  /** Decoded but not let through yet; its payload is still the decoder's. */
  private FrameDecoder.@Nullable Event held;

  /** When a throttled connection is read on. */
  private long goOnAt;

  // Counted here, and told to the meters once a read.
  private long messages;
  private long bytes;

  Inbound(
      Connection connection,
      EdgeContext context,
      Socket socket,
      @Nullable MessageInflater inflater) {
    this.connection = connection;
    this.context = context;
    this.limits = context.edge().limits();
    this.socket = socket;
    WireLimits wire = new WireLimits(limits.frameSize(), limits.messageSize(), limits.fragments());
    this.decoder = new FrameDecoder(wire, socket.allocator(), inflater);
    this.allowance = new Allowance(limits, context.node().time().nanos());
    this.throttle = new Throttle(limits.throttledFor());
  }

  /** From now on, messages need a permit of this lease too; of none, when null. */
  void limitBy(@Nullable Lease newLease) {
    if (lease != null) {
      lease.forget(leaseAnswered);
      context.guard().close(lease);
    }
    lease = newLease;
    allowance.lease(newLease);
  }

  /** Whether messages are being handled now, so that what is sent will be flushed at the end. */
  boolean isPumping() {
    return pumping;
  }

  boolean isStopped() {
    return stopped != 0;
  }

  boolean isStoppedOrThrottled() {
    return isStopped() || throttle.isActive();
  }

  boolean isStoppedBy(int reason) {
    return (stopped & reason) != 0;
  }

  void stop(int reason) {
    stopped |= reason;
    connection.stopped();
    if (!pumping) {
      socket.reading(false);
    }
  }

  void proceed(int reason) {
    stopped &= ~reason;
    if (stopped == 0) {
      pump();
    }
  }

  void read(ByteBuf read) {
    if (unread.isReadable() || held != null) {
      unreadLater.add(read);
    } else {
      unread.release();
      unread = read;
    }
    pump();
  }

  /** Decodes and handles what was read, until it is used up or something speaks against it. */
  void pump() {
    // A hold may be released after the end, which must come only once.
    if (pumping || connection.isClosed()) {
      return;
    }
    pumping = true;
    // One reading of the clock for all that is pumped: a time that is past lets through no more.
    long now = context.node().time().nanos();
    try {
      while (connection.isClosing() || (connection.isOpen() && stopped == 0)) {
        FrameDecoder.Event event = held == null ? decoder.next(unread) : held;
        held = null;
        if (event != FrameDecoder.Event.MORE) {
          on(event, now);
        } else if (!nextRead()) {
          break;
        }
      }
    } catch (RuntimeException e) {
      connection.failed(e);
    }
    pumping = false;
    context.meters().received(messages, bytes);
    messages = 0;
    bytes = 0;
    if (connection.pumped()) {
      socket.reading(connection.isClosing() || stopped == 0);
    }
  }

  /** Drops what was decoded, and takes what was read after it; false when that was all. */
  private boolean nextRead() {
    unread.release();
    ByteBuf next = unreadLater.poll();
    unread = next == null ? Unpooled.EMPTY_BUFFER : next;
    return next != null;
  }

  private void on(FrameDecoder.Event event, long now) {
    switch (event) {
      case TEXT, BINARY, PING, PONG -> {
        if (connection.isOpen()) {
          admit(event, now);
        }
      }
      case CLOSE ->
          connection.onClose(
              decoder.payload().closeCode(), unread.isReadable() || !unreadLater.isEmpty());
      case VIOLATION -> connection.onViolation(decoder.violation());
      case MORE -> {}
    }
  }

  // --- limits -----------------------------------------------------------------------------------

  private void admit(FrameDecoder.Event event, long now) {
    Payload payload = decoder.payload();
    Lease.Answer answer =
        isControl(event) ? allowance.takeControl(now) : allowance.take(payload.length(), now);
    switch (answer) {
      case GRANTED -> {
        if (!isControl(event)) {
          messages++;
          bytes += payload.length();
        }
        connection.onMessage(event, payload);
      }
      case ASKED -> awaitLease(event);
      case EXHAUSTED -> onLimit(event, nanosUntil(event, payload, now), now);
    }
    connection.pushBack(now);
  }

  private long nanosUntil(FrameDecoder.Event event, Payload payload, long now) {
    return isControl(event)
        ? allowance.nanosUntilControl(now)
        : allowance.nanosUntil(payload.length(), now);
  }

  private static boolean isControl(FrameDecoder.Event event) {
    return event == FrameDecoder.Event.PING || event == FrameDecoder.Event.PONG;
  }

  private void awaitLease(FrameDecoder.Event event) {
    held = event;
    stop(NO_LEASE);
    if (lease != null) {
      lease.await(leaseAnswered);
    }
  }

  private void onLimit(FrameDecoder.Event event, long wait, long now) {
    if (limits.onLimit() == OnLimit.CLOSE) {
      connection.closeOverLimit(wait);
    } else if (limits.onLimit() == OnLimit.REJECT && !isControl(event)) {
      connection.tellOverLimit("Too many messages, this one was refused", wait);
    } else {
      // A ping can't be refused, only answered late.
      throttle(event, wait, now);
    }
  }

  private void throttle(FrameDecoder.Event event, long wait, long now) {
    held = event;
    goOnAt = now + wait;
    stop(THROTTLED);
    if (!throttle.isActive()) {
      context.meters().throttled();
    }
    if (throttle.heldBack(now)) {
      long millis = wait / 1_000_000 + 1;
      connection.tellOverLimit("Too many messages, reading goes on in " + millis + " ms", wait);
    }
  }

  /** Reads on where a throttling is over; false when it has lasted too long. */
  boolean tick(long now) {
    if (throttle.isTooLong(now)) {
      return false;
    }
    if (isStoppedBy(THROTTLED) && now - goOnAt >= 0) {
      proceed(THROTTLED);
    }
    return true;
  }

  /** Gives everything back at the end of the connection. */
  void release() {
    decoder.release();
    held = null;
    while (nextRead()) {
      // Drops it.
    }
  }
}
