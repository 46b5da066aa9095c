package io.drawbridge.connection;

import io.drawbridge.config.LimitSettings;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Notice;
import io.drawbridge.guard.Peer;
import io.drawbridge.wire.CloseCode;
import io.drawbridge.wire.FrameDecoder;
import io.drawbridge.wire.Opcode;
import io.drawbridge.wire.Payload;
import io.drawbridge.wire.PerMessageDeflate;
import io.drawbridge.wire.Violation;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket connection, from the end of its handshake to the end of its socket: what handlers
 * see of it, its clock, and the one way in which it closes. {@link Inbound} reads, {@link Outbound}
 * writes.
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

  /**
   * How long a peer may take to answer our Close frame, or to read what waits before our answer to
   * its own; RFC 6455 §7.1.1 leaves it open.
   */
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
  private final Framing framing;
  private final Inbound in;
  private final Outbound out;
  private final Heartbeat heartbeat;

  /** Where {@link Connections} keeps it. */
  int index;

  private Runnable onGone = () -> {};
  private Peer peer;
  private State state = State.OPEN;

  /** Whether it ended without anybody having meant it to. */
  private boolean lost;

  private boolean sentAway;

  // When something is due, on the monotonic clock.
  private long wakeAt = NEVER;
  private long drainAt = NEVER;
  private long drainBy = NEVER;
  private long cutAt = NEVER;

  /** Whether nothing more is read, since it is sent away as soon as it has its answers. */
  private boolean isLeaving;

  /** Whether our direction is to be shut down as soon as all is written. */
  private boolean hangingUp;

  /** Whether nothing more comes from the peer. */
  private boolean peerIsDone;

  /** Whether a pong may still come. */
  private boolean isPinged;

  /** Of the bans that this connection was last held against. */
  private int banVersion;

  // When the client last took something that was queued for it, and what was left; known while it
  // blocks us.
  private long lastTaken;
  private long leftThen;

  public Connection(EdgeContext context, Socket socket, Opening opening, MessageHandler handler) {
    long now = context.node().time().nanos();
    this.context = context;
    this.limits = context.edge().limits();
    this.socket = socket;
    this.peer = Peer.of(opening.address());
    this.handler = handler;
    this.framing = handler.framing();
    PerMessageDeflate deflate = opening.deflate();
    this.in =
        new Inbound(
            this, context, socket, deflate == null ? null : context.deflate().inflater(deflate));
    this.out =
        new Outbound(
            socket, context.meters(), deflate == null ? null : context.deflate().deflater(deflate));
    this.heartbeat = new Heartbeat(limits.ping(), limits.pong(), now);
  }

  /** Begins to read; {@code onGone} is called once, when the socket is gone. */
  public void start(Runnable onGone) {
    this.onGone = onGone;
    context.connections().add(this);
    socket.pushBackAt(limits.outbound() / 4, limits.outbound() / 2);
    socket.start(this::read, this::room, this::gone);
    gatherFrame(framing.opening());
    flush();
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

  /** Whether its text messages are written in the frames of another protocol. */
  public boolean isFramed() {
    return framing != Framing.NONE;
  }

  /** Whether messages still go both ways. */
  public boolean isOpen() {
    return state == State.OPEN;
  }

  /**
   * Whether it ended, and neither side had a reason that would hold for the next one, too: the
   * socket broke, the client went silent or was too slow, or it said that it goes with another code
   * than 1000 (or none). Known in {@link MessageHandler#closed}.
   */
  public boolean isLost() {
    return lost;
  }

  /** Whether it was closed because the node drains. Known in {@link MessageHandler#closed}. */
  public boolean isSentAway() {
    return sentAway;
  }

  /** Where errors go that are reported when this connection may be over. */
  public Guard guard() {
    return context.guard();
  }

  /**
   * From now on, errors of this connection name this user and session; closes a banned user.
   *
   * @param session null where it gets none
   */
  public void identify(String user, @Nullable String session) {
    peer = new Peer(peer.address(), user, session);
    closeIfBanned();
  }

  /** From now on, each message needs a permit of this key, such as {@code user:42}, too. */
  public void limitBy(String key) {
    if (state == State.OPEN) {
      in.limitBy(context.guard().lease(key));
    }
  }

  public void sendText(String text) {
    if (gather(text, false)) {
      flush();
    }
  }

  /**
   * Puts a message behind what is gathered already, to be written with all of it.
   *
   * @param binary its kind; its payload is the text as UTF-8 in either
   * @return whether {@link #flush} is still to be called; not where the end of the read at hand
   *     will do that
   */
  public boolean gather(String text, boolean binary) {
    if (!maySend()) {
      return false;
    }
    out.text(opcode(binary), framing.message(text));
    return !in.isPumping();
  }

  /** The same with a text that was encoded once for many connections. */
  public boolean gather(SharedText text, boolean binary) {
    if (!maySend()) {
      return false;
    }
    out.shared(opcode(binary), text.in(framing));
    return !in.isPumping();
  }

  /** A text of the framing itself; null for none. */
  private void gatherFrame(@Nullable String text) {
    if (text != null) {
      out.text(Opcode.TEXT, text);
    }
  }

  private static int opcode(boolean binary) {
    return binary ? Opcode.BINARY : Opcode.TEXT;
  }

  /** Writes what was gathered; does nothing where the end of the read at hand will. */
  public void flush() {
    if (!in.isPumping()) {
      out.flush();
    }
  }

  /** Whether the client is so slow to read that it should be given no more than it must. */
  public boolean isBehind() {
    return out.queued() > limits.outbound() / 2;
  }

  /**
   * Sends a text message made of a prefix and a payload, without making a String of either; as it
   * is, whatever the framing.
   */
  public void sendText(byte[] prefix, Payload payload) {
    send(Opcode.TEXT, prefix, payload);
  }

  public void sendBinary(Payload payload) {
    send(Opcode.BINARY, NO_PREFIX, payload);
  }

  /** Stops reading until {@link #release}, where one message must be done before the next. */
  public void hold() {
    in.stop(Inbound.HELD);
  }

  /** Goes on after {@link #hold}. */
  public void release() {
    in.proceed(Inbound.HELD);
  }

  /** Has the handler woken once at this time of the monotonic clock, or up to 0.1 s later. */
  public void wakeAt(long nanos) {
    wakeAt = nanos;
    context.connections().dueBy(this, nanos);
  }

  /** There is nothing to wake for any more. */
  public void wakeNever() {
    wakeAt = NEVER;
  }

  /** Logs an error after which the connection goes on; the handler tells the client. */
  public Notice report(ErrorKind kind, String message, @Nullable String detail) {
    String id = context.guard().report(kind, peer, detail, 0);
    return new Notice(kind, message, kind.retryAfter(), id);
  }

  /** Closes for a reason of ours. Does nothing when it is closing already. */
  public void close(ErrorKind kind, @Nullable String detail) {
    close(kind, detail, kind.retryAfter());
  }

  /**
   * Closes with a last message before the Close frame.
   *
   * @param last makes it from what the client is told
   */
  public void close(
      ErrorKind kind, @Nullable String detail, Function<? super Notice, String> last) {
    close(kind, detail, kind.retryAfter(), last);
  }

  // --- reading ----------------------------------------------------------------------------------

  private void read(ByteBuf bytes) {
    heartbeat.heard();
    in.read(bytes);
  }

  void onMessage(FrameDecoder.Event event, Payload payload) {
    switch (event) {
      case TEXT -> handler.text(this, payload);
      case BINARY -> handler.binary(this, payload);
      case PING -> out.pong(payload);
      case PONG -> isPinged = false;
      default -> {}
    }
  }

  /** Reads no more until the client has read; refusals are queued for it as well as answers. */
  void pushBack(long now) {
    if (isBehind()) {
      lastTaken = now;
      leftThen = out.queued();
      in.stop(Inbound.BACKPRESSURE);
    }
  }

  void onViolation(Violation violation) {
    close(
        switch (violation.kind()) {
          case PROTOCOL_ERROR -> ErrorKind.PROTOCOL_ERROR;
          case INVALID_UTF8 -> ErrorKind.INVALID_UTF8;
          case MESSAGE_TOO_BIG -> ErrorKind.MESSAGE_TOO_BIG;
        },
        violation.detail());
    // Nothing that this peer may still send will be understood, not even a Close frame.
    hangUp();
  }

  /** What one read has led to is written at once; false when the connection is gone meanwhile. */
  boolean pumped() {
    if (state == State.CLOSED) {
      dispose();
      return false;
    }
    out.flush();
    if (hangingUp) {
      hangingUp = false;
      socket.onceWritten(this::allWritten);
    }
    return true;
  }

  void failed(RuntimeException e) {
    LOG.error("the {} server failed a connection", context.edge().name(), e);
    close(ErrorKind.INTERNAL_ERROR, null);
  }

  /** Refuses or delays a message over a limit, and tells the client. */
  void tellOverLimit(String message, long wait) {
    String id = context.guard().report(ErrorKind.RATE_LIMITED, peer, null, 0);
    handler.tell(this, new Notice(ErrorKind.RATE_LIMITED, message, Duration.ofNanos(wait), id));
  }

  void closeOverLimit(long wait) {
    close(ErrorKind.RATE_LIMITED, "over a limit", Duration.ofNanos(wait));
  }

  // --- writing ----------------------------------------------------------------------------------

  private void send(int opcode, byte[] prefix, Payload payload) {
    if (maySend()) {
      out.message(opcode, prefix, payload);
      flush();
    }
  }

  /** Answers to what is being read only stop the reading; what comes on top has an end. */
  private boolean maySend() {
    if (state == State.OPEN && !in.isPumping() && out.queued() > limits.outbound()) {
      close(ErrorKind.SLOW_CONSUMER, "more than " + limits.outbound() + " bytes are not read");
    }
    return state == State.OPEN;
  }

  /** The client has taken much of what was queued for it. */
  private void room() {
    if (in.isStoppedBy(Inbound.BACKPRESSURE)) {
      in.proceed(Inbound.BACKPRESSURE);
    }
  }

  // --- closing ----------------------------------------------------------------------------------

  boolean isClosing() {
    return state == State.CLOSING;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  private void close(ErrorKind kind, @Nullable String detail, Duration retryAfter) {
    close(kind, detail, retryAfter, null);
  }

  /** The one way in which this side closes: state, log, event, frame. */
  private void close(
      ErrorKind kind,
      @Nullable String detail,
      Duration retryAfter,
      @Nullable Function<? super Notice, String> last) {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSING;
    LOG.debug("closing a connection of the {} server: {}", context.edge().name(), kind);
    String id = context.guard().report(kind, peer, detail, kind.closeCode());
    Notice notice = new Notice(kind, kind.words(), retryAfter, id);
    if (last != null) {
      out.text(Opcode.TEXT, framing.message(last.apply(notice)));
    }
    gatherFrame(framing.closing(kind.closeCode(), notice.closeReason()));
    out.close(kind.closeCode(), notice.closeReason());
    lost = kind == ErrorKind.SLOW_CONSUMER || kind == ErrorKind.IDLE_TIMEOUT;
    sentAway = kind == ErrorKind.SHUTTING_DOWN;
    ended(kind.closeCode());
    if (kind == ErrorKind.SLOW_CONSUMER || kind == ErrorKind.IDLE_TIMEOUT) {
      hangUp();
    } else {
      cutAt(now() + CLOSE_ANSWER);
    }
    in.pump();
  }

  private void closeIfBanned() {
    banVersion = context.guard().banVersion();
    Duration left = context.guard().bannedFor(peer);
    if (!left.isZero()) {
      close(ErrorKind.BANNED, null, left);
    }
  }

  /**
   * The peer's Close frame: the beginning of the end, or the answer to ours.
   *
   * @param more whether the peer has sent anything after it
   */
  void onClose(int code, boolean more) {
    if (state == State.OPEN) {
      state = State.CLOSING;
      lost = code != CloseCode.NORMAL && code != CloseCode.NO_STATUS;
      // RFC 6455 §5.5.1: no more comes after it, unless an answer to a ping was under way.
      peerIsDone = !more && !isPinged;
      if (code == CloseCode.NO_STATUS) {
        out.closeWithoutCode();
      } else {
        out.close(code, "");
      }
      ended(code);
    }
    hangUp();
    // Here the peer is polite, and what was queued for it before is still worth reading.
    cutAt(now() + CLOSE_ANSWER);
  }

  /** Leaves the peer a moment to read what was written, and then cuts the socket. */
  private void hangUp() {
    hangingUp = true;
    cutAt(now() + LINGER);
  }

  /** A full close could turn into a reset that destroys our Close frame on its way. */
  private void allWritten() {
    cutAt(now() + LINGER);
    if (peerIsDone) {
      socket.end();
    } else {
      socket.shutdownOutput();
    }
  }

  /** The socket is gone, in whatever order it came to that. */
  private void gone() {
    boolean broken = state == State.OPEN;
    state = State.CLOSED;
    if (broken) {
      lost = true;
      context.guard().report(ErrorKind.CONNECTION_LOST, peer, null, CloseCode.ABNORMAL);
      ended(CloseCode.ABNORMAL);
    }
    if (!in.isPumping()) {
      dispose();
    }
  }

  /** No message goes either way any more. */
  private void ended(int code) {
    context.meters().closed(code);
    in.limitBy(null);
    try {
      handler.closed(this);
    } catch (RuntimeException e) {
      LOG.error("the {} server failed to end a connection", context.edge().name(), e);
    }
  }

  private void dispose() {
    in.release();
    out.release();
    context.connections().remove(this);
    onGone.run();
  }

  // --- time -------------------------------------------------------------------------------------

  private long now() {
    return context.node().time().nanos();
  }

  /**
   * Sends the client away at this time of the monotonic clock, or when nothing is open with it any
   * more, but then at the latest.
   */
  void drainAt(long nanos, long atTheLatest) {
    drainAt = nanos;
    drainBy = atTheLatest;
    context.connections().dueBy(this, nanos);
  }

  /** Cuts the socket at this time, unless it is gone by then. */
  private void cutAt(long nanos) {
    cutAt = nanos;
    context.connections().dueBy(this, nanos);
  }

  /** Reading was stopped: until it goes on, each sweep looks after it. */
  void stopped() {
    context.connections().dueNow(this);
  }

  /** How long nothing will be due, unless something happens meanwhile. */
  long nanosUntilDue(long now) {
    if (state != State.OPEN) {
      return left(cutAt, now);
    }
    if (in.isStoppedOrThrottled()) {
      return 0;
    }
    long left = Math.min(heartbeat.nanosUntilBeat(now), left(wakeAt, now));
    return Math.min(left, Math.min(left(drainAt, now), left(cutAt, now)));
  }

  private static long left(long at, long now) {
    return at == NEVER ? NEVER : at - now;
  }

  /** Does what is due. */
  void tick(long now) {
    if (isDue(cutAt, now)) {
      cutAt = NEVER;
      socket.cut();
    } else if (state == State.OPEN) {
      tickOpen(now);
    }
  }

  private void tickOpen(long now) {
    if (isDue(drainAt, now) && mayGo(now)) {
      int retry = 1 + ThreadLocalRandom.current().nextInt(RETRY_SPREAD);
      close(ErrorKind.SHUTTING_DOWN, null, Duration.ofSeconds(retry));
    } else if (banVersion != context.guard().banVersion()) {
      // What else is due waits for the next tick.
      closeIfBanned();
    } else if (!in.tick(now)) {
      close(ErrorKind.RATE_LIMITED, "throttled for too long");
    } else if (isBlocked(now)) {
      close(ErrorKind.SLOW_CONSUMER, "nothing is read");
    } else {
      wake(now);
      beat(now);
    }
  }

  /** What was read is answered before its client is sent away; what was not is not lost. */
  private boolean mayGo(long now) {
    if (isDue(drainBy, now)) {
      return true;
    }
    MessageHandler.Debt debt = handler.debt(this);
    if (debt == MessageHandler.Debt.OURS && !isLeaving) {
      isLeaving = true;
      in.stop(Inbound.LEAVING);
    }
    return debt == MessageHandler.Debt.NONE;
  }

  /** Whether answers wait, and the client has taken none of them for as long as a pong may take. */
  private boolean isBlocked(long now) {
    if (!in.isStoppedBy(Inbound.BACKPRESSURE)) {
      return false;
    }
    long left = out.queued();
    if (left < leftThen) {
      lastTaken = now;
    }
    leftThen = left;
    return now - lastTaken >= limits.pong().toNanos();
  }

  private void wake(long now) {
    if (isDue(wakeAt, now) && state == State.OPEN) {
      wakeAt = NEVER;
      try {
        handler.wake(this);
      } catch (RuntimeException e) {
        failed(e);
      }
    }
  }

  private void beat(long now) {
    if (state != State.OPEN) {
      return;
    }
    if (in.isStopped()) {
      // We are the ones who don't listen.
      heartbeat.heard();
      return;
    }
    switch (heartbeat.beat(now)) {
      case PING -> {
        isPinged = true;
        out.ping();
        gatherFrame(framing.heartbeat());
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
