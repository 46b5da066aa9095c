package io.drawbridge.connection;

import io.drawbridge.config.LimitSettings;
import io.drawbridge.config.OnLimit;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Lease;
import io.drawbridge.guard.Notice;
import io.drawbridge.guard.Peer;
import io.drawbridge.wire.CloseCode;
import io.drawbridge.wire.FrameDecoder;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.Payload;
import io.drawbridge.wire.Violation;
import io.drawbridge.wire.WireLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket connection, from the end of its handshake to the end of its socket.
 *
 * <p>It pulls messages out of what was read for as long as nothing speaks against it: permits are
 * there, the client reads its answers, the handler is ready. Otherwise it stops reading the socket,
 * TCP pushes back, and nothing is lost. Whatever one read makes is written with one write.
 *
 * <p>To be used on its own event loop.
 */
public final class Connection {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private enum State {
    OPEN,
    /** A Close frame was sent; only the peer's is still of interest. */
    CLOSING,
    CLOSED
  }

  // Reasons not to read, bits of "stopped".
  private static final int THROTTLED = 1;
  private static final int BACKPRESSURE = 2;
  private static final int HELD = 4;
  private static final int NO_LEASE = 8;

  /** How long a peer may take to answer our Close frame; RFC 6455 §7.1.1 leaves it open. */
  private static final long CLOSE_ANSWER = Duration.ofSeconds(5).toNanos();

  /** How long a peer may take to read the last bytes before its socket is cut. */
  private static final long LINGER = Duration.ofMillis(500).toNanos();

  /** Clients that are sent away together come back within so many seconds, each at its own time. */
  private static final int RETRY_SPREAD = 10;

  private static final byte[] NO_PREFIX = {};
  private static final long NEVER = Long.MAX_VALUE;

  private final EdgeContext context;
  private final LimitSettings limits;
  private final Socket socket;
  private final MessageHandler handler;
  private final Outbound out;
  private final FrameDecoder decoder;
  private final Allowance allowance;
  private final Throttle throttle;
  private final Heartbeat heartbeat;
  private final Runnable leaseAnswered = () -> proceed(NO_LEASE);

  /** Where {@link Connections} keeps it. */
  int index;

  private final int highWater;
  private Runnable onGone = () -> {};
  private Peer peer;
  private State state = State.OPEN;
  private int stopped;
  private boolean pumping;
  private @Nullable Lease lease;

  /** What was read and not decoded yet; not empty only where reading was stopped in its middle. */
  private ByteBuf unread = Unpooled.EMPTY_BUFFER;

  /**
   * Reads that were under way when reading was stopped; at most what one turn of the loop reads.
   */
  private final ArrayDeque<ByteBuf> unreadLater = new ArrayDeque<>(0);

  /** Decoded but not let through yet; its payload is still the decoder's. */
  private FrameDecoder.@Nullable Event held;

  // When something is due, on the monotonic clock.
  private long goOnAt = NEVER;
  private long wakeAt = NEVER;
  private long drainAt = NEVER;
  private long cutAt = NEVER;

  /** Whether our direction is shut down as soon as all is written. */
  private boolean hangingUp;

  // Counted here, and told to the meters once a read.
  private long messagesIn;
  private long bytesIn;

  /** When the client last took something that was queued for it. */
  private long lastTaken;

  public Connection(EdgeContext context, Socket socket, String address, MessageHandler handler) {
    long now = context.node().time().nanos();
    this.context = context;
    this.limits = context.edge().limits();
    this.socket = socket;
    this.peer = Peer.of(address);
    this.handler = handler;
    this.out = new Outbound(socket, context.meters());
    WireLimits wire = new WireLimits(limits.frameSize(), limits.messageSize(), limits.fragments());
    this.decoder = new FrameDecoder(wire, socket.allocator());
    this.allowance = new Allowance(limits, now);
    this.throttle = new Throttle(limits.throttledFor());
    this.heartbeat = new Heartbeat(limits.ping(), limits.pong(), now);
    this.highWater = (int) Math.min(Integer.MAX_VALUE, limits.outbound() / 2);
  }

  /** Begins to read; {@code onGone} is called once, when the socket is gone. */
  public void start(Runnable onGone) {
    this.onGone = onGone;
    context.connections().add(this);
    socket.start(this::read, this::taken, this::gone);
    try {
      handler.opened(this);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  // --- for handlers -----------------------------------------------------------------------------

  public Peer peer() {
    return peer;
  }

  /** Whether messages still go both ways. */
  public boolean isOpen() {
    return state == State.OPEN;
  }

  /** From now on, errors of this connection name this user and session. */
  public void identify(String user, String session) {
    peer = new Peer(peer.address(), user, session);
  }

  /** From now on, each message needs a permit of this key, such as {@code user:42}, too. */
  public void limitBy(String key) {
    if (state == State.OPEN) {
      lease = context.guard().lease(key);
      allowance.lease(lease);
    }
  }

  public void sendText(String text) {
    if (maySend()) {
      out.text(text);
      sent();
    }
  }

  /** Sends a text message made of a prefix and a payload, without making a String of either. */
  public void sendText(byte[] prefix, Payload payload) {
    send(Opcode.TEXT, prefix, payload);
  }

  public void sendBinary(Payload payload) {
    send(Opcode.BINARY, NO_PREFIX, payload);
  }

  /** Stops reading until {@link #release}, where one message must be done before the next. */
  public void hold() {
    stop(HELD);
  }

  /** Goes on after {@link #hold}. */
  public void release() {
    proceed(HELD);
  }

  /** Has the handler woken once at this time of the monotonic clock, or up to 0.1 s later. */
  public void wakeAt(long nanos) {
    wakeAt = nanos;
  }

  /** There is nothing to wake for any more. */
  public void wakeNever() {
    wakeAt = NEVER;
  }

  /** Logs an error after which the connection goes on; the handler tells the client. */
  public Notice report(ErrorKind kind, String message, @Nullable String detail) {
    return report(kind, message, detail, kind.retryAfter());
  }

  /** Closes for a reason of ours. Does nothing when it is closing already. */
  public void close(ErrorKind kind, @Nullable String detail) {
    close(kind, detail, kind.retryAfter());
  }

  // --- reading ----------------------------------------------------------------------------------

  private void read(ByteBuf bytes) {
    heartbeat.heard();
    if (unread.isReadable() || held != null) {
      unreadLater.add(bytes);
    } else {
      unread.release();
      unread = bytes;
    }
    pump();
  }

  /** Decodes and handles what was read, until it is used up or something speaks against it. */
  private void pump() {
    // A hold may be released after the end, which must come only once.
    if (pumping || state == State.CLOSED) {
      return;
    }
    pumping = true;
    while (state == State.CLOSING || (state == State.OPEN && stopped == 0)) {
      FrameDecoder.Event event = held == null ? decoder.next(unread) : held;
      held = null;
      if (event != FrameDecoder.Event.MORE) {
        on(event);
      } else if (!nextRead()) {
        break;
      }
    }
    pumping = false;
    if (state == State.CLOSED) {
      dispose();
      return;
    }
    out.flush();
    context.meters().received(messagesIn, bytesIn);
    messagesIn = 0;
    bytesIn = 0;
    socket.reading(state == State.CLOSING || stopped == 0);
    shutDownOnceWritten();
  }

  /** Drops what was decoded, and takes what was read after it; false when that was all. */
  private boolean nextRead() {
    unread.release();
    ByteBuf next = unreadLater.poll();
    unread = next == null ? Unpooled.EMPTY_BUFFER : next;
    return next != null;
  }

  private void on(FrameDecoder.Event event) {
    try {
      switch (event) {
        case TEXT, BINARY, PING -> onMessage(event);
        case CLOSE -> onClose(decoder.payload().closeCode());
        case VIOLATION -> onViolation(decoder.violation());
        case PONG, MORE -> {}
      }
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void onMessage(FrameDecoder.Event event) {
    if (state != State.OPEN) {
      return;
    }
    long now = now();
    int length = decoder.payload().length();
    Lease.Answer answer =
        event == FrameDecoder.Event.PING ? allowance.takeControl(now) : allowance.take(length, now);
    switch (answer) {
      case GRANTED -> deliver(event, decoder.payload());
      case ASKED -> awaitLease(event);
      case EXHAUSTED -> onLimit(event, allowance.nanosUntil(length, now), now);
    }
    // Whatever the answer was: refusals are queued for the client, too.
    if (out.queued() > highWater) {
      lastTaken = now;
      stop(BACKPRESSURE);
    }
  }

  private void deliver(FrameDecoder.Event event, Payload payload) {
    switch (event) {
      case TEXT -> handler.text(this, payload);
      case BINARY -> handler.binary(this, payload);
      default -> out.pong(payload);
    }
    messagesIn++;
    bytesIn += payload.length();
  }

  private void onViolation(Violation violation) {
    ErrorKind kind =
        switch (violation.kind()) {
          case PROTOCOL_ERROR -> ErrorKind.PROTOCOL_ERROR;
          case INVALID_UTF8 -> ErrorKind.INVALID_UTF8;
          case MESSAGE_TOO_BIG -> ErrorKind.MESSAGE_TOO_BIG;
        };
    if (state == State.OPEN) {
      close(kind, violation.detail());
    }
    // Nothing that this peer may still send will be understood, not even a Close frame.
    hangUp();
  }

  private void failed(RuntimeException e) {
    LOG.error("the {} server failed a connection", context.edge().name(), e);
    close(ErrorKind.INTERNAL_ERROR, null);
  }

  // --- limits -----------------------------------------------------------------------------------

  private void awaitLease(FrameDecoder.Event event) {
    held = event;
    stop(NO_LEASE);
    if (lease != null) {
      lease.await(leaseAnswered);
    }
  }

  private void onLimit(FrameDecoder.Event event, long wait, long now) {
    // A ping can't be refused, only answered late.
    boolean reject = limits.onLimit() == OnLimit.REJECT && event != FrameDecoder.Event.PING;
    if (limits.onLimit() == OnLimit.CLOSE) {
      close(ErrorKind.RATE_LIMITED, "over a limit", Duration.ofNanos(wait));
    } else if (reject) {
      tell("Too many messages, this one was refused", "a message refused", wait);
    } else {
      throttle(event, wait, now);
    }
  }

  private void throttle(FrameDecoder.Event event, long wait, long now) {
    held = event;
    goOnAt = now + wait;
    stop(THROTTLED);
    if (throttle.heldBack(now)) {
      context.meters().throttled();
      String words = "Too many messages, reading goes on in " + (wait / 1_000_000 + 1) + " ms";
      tell(words, "throttled", wait);
    }
  }

  private void tell(String message, String detail, long wait) {
    Duration retryAfter = Duration.ofNanos(wait);
    handler.tell(this, report(ErrorKind.RATE_LIMITED, message, detail, retryAfter));
  }

  private void stop(int reason) {
    stopped |= reason;
    if (!pumping) {
      socket.reading(false);
    }
  }

  private void proceed(int reason) {
    stopped &= ~reason;
    if (stopped == 0) {
      pump();
    }
  }

  // --- writing ----------------------------------------------------------------------------------

  private void send(int opcode, byte[] prefix, Payload payload) {
    if (maySend()) {
      out.message(opcode, prefix, payload);
      sent();
    }
  }

  /** Answers to what is being read only stop the reading; what comes on top has an end. */
  private boolean maySend() {
    if (state == State.OPEN && !pumping && out.queued() > limits.outbound()) {
      close(ErrorKind.SLOW_CONSUMER, "more than " + limits.outbound() + " bytes are not read");
    }
    return state == State.OPEN;
  }

  private void sent() {
    if (!pumping) {
      out.flush();
    }
  }

  /** The client has taken some of what was written. */
  private void taken() {
    if ((stopped & BACKPRESSURE) != 0) {
      lastTaken = now();
      if (out.queued() <= highWater / 2) {
        proceed(BACKPRESSURE);
      }
    }
    shutDownOnceWritten();
  }

  private Notice report(
      ErrorKind kind, String message, @Nullable String detail, Duration retryAfter) {
    String id = context.guard().report(kind, peer, detail, 0);
    return new Notice(kind, message, retryAfter, id);
  }

  // --- closing ----------------------------------------------------------------------------------

  /** The one way that this side closes: state, log, event, frame. */
  private void close(ErrorKind kind, @Nullable String detail, Duration retryAfter) {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSING;
    LOG.debug("closing a connection of the {} server: {}", context.edge().name(), kind);
    String id = context.guard().report(kind, peer, detail, kind.closeCode());
    out.close(kind.closeCode(), new Notice(kind, kind.words(), retryAfter, id).closeReason());
    ended(kind.closeCode());
    if (kind == ErrorKind.SLOW_CONSUMER || kind == ErrorKind.IDLE_TIMEOUT) {
      hangUp();
    } else {
      cutAt = now() + CLOSE_ANSWER;
    }
    pump();
  }

  /** The peer's Close frame: the beginning of the end, or the answer to ours. */
  private void onClose(int code) {
    if (state == State.OPEN) {
      state = State.CLOSING;
      if (code == CloseCode.NO_STATUS) {
        out.closeWithoutCode();
      } else {
        out.close(code, "");
      }
      ended(code);
    }
    hangUp();
  }

  /** Leaves the peer a moment to read what was written, and then cuts the socket. */
  private void hangUp() {
    hangingUp = true;
    cutAt = now() + LINGER;
  }

  /** A full close could turn into a reset that destroys our Close frame on its way. */
  private void shutDownOnceWritten() {
    if (hangingUp && out.queued() == 0) {
      hangingUp = false;
      socket.shutdownOutput();
    }
  }

  /** The socket is gone, in whatever order it came to that. */
  private void gone() {
    if (state == State.OPEN) {
      state = State.CLOSED;
      context.guard().report(ErrorKind.CONNECTION_LOST, peer, null, CloseCode.ABNORMAL);
      ended(CloseCode.ABNORMAL);
    }
    state = State.CLOSED;
    if (!pumping) {
      dispose();
    }
  }

  /** No message goes either way any more. */
  private void ended(int code) {
    context.meters().closed(code);
    if (lease != null) {
      lease.forget(leaseAnswered);
      context.guard().close(lease);
      lease = null;
    }
    try {
      handler.closed(this);
    } catch (RuntimeException e) {
      LOG.error("the {} server failed to end a connection", context.edge().name(), e);
    }
  }

  private void dispose() {
    decoder.release();
    out.release();
    do {
      held = null;
    } while (nextRead());
    context.connections().remove(this);
    onGone.run();
  }

  // --- time -------------------------------------------------------------------------------------

  private long now() {
    return context.node().time().nanos();
  }

  /** Sends the client away at this time of the monotonic clock. */
  void drainAt(long nanos) {
    drainAt = nanos;
  }

  /** Does what is due; called every 0.1 s. */
  void tick(long now) {
    if (isDue(cutAt, now)) {
      cutAt = NEVER;
      socket.cut();
    }
    if (state != State.OPEN) {
      return;
    }
    if (isDue(drainAt, now)) {
      int retry = 1 + ThreadLocalRandom.current().nextInt(RETRY_SPREAD);
      close(ErrorKind.SHUTTING_DOWN, null, Duration.ofSeconds(retry));
    } else if (throttle.isTooLong(now)) {
      close(ErrorKind.RATE_LIMITED, "throttled for too long");
    } else if ((stopped & BACKPRESSURE) != 0 && now - lastTaken >= limits.pong().toNanos()) {
      close(ErrorKind.SLOW_CONSUMER, "nothing is read");
    } else {
      tickOpen(now);
    }
  }

  private void tickOpen(long now) {
    if (isDue(goOnAt, now)) {
      goOnAt = NEVER;
      proceed(THROTTLED);
    }
    if (isDue(wakeAt, now) && state == State.OPEN) {
      wakeAt = NEVER;
      try {
        handler.wake(this);
      } catch (RuntimeException e) {
        failed(e);
      }
    }
    if (state == State.OPEN) {
      beat(now);
    }
  }

  private void beat(long now) {
    if (stopped != 0) {
      // We are the ones who don't listen.
      heartbeat.heard();
      return;
    }
    switch (heartbeat.beat(now)) {
      case PING -> {
        out.ping();
        out.flush();
      }
      case DEAD -> close(out.queued() > 0 ? ErrorKind.SLOW_CONSUMER : ErrorKind.IDLE_TIMEOUT, null);
      case QUIET -> {}
    }
  }

  private static boolean isDue(long at, long now) {
    return at != NEVER && now - at >= 0;
  }
}
