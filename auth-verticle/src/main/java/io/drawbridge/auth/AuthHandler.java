package io.drawbridge.auth;

import io.drawbridge.auth.bridge.Bridge;
import io.drawbridge.auth.bridge.BridgeSession;
import io.drawbridge.auth.bridge.Comer;
import io.drawbridge.auth.bridge.Envelope;
import io.drawbridge.auth.bridge.Line;
import io.drawbridge.auth.bridge.Resumption;
import io.drawbridge.auth.bridge.Return;
import io.drawbridge.auth.session.Session;
import io.drawbridge.auth.session.SessionVerdict;
import io.drawbridge.auth.token.Claims;
import io.drawbridge.auth.token.TokenVerdict;
import io.drawbridge.connection.Connection;
import io.drawbridge.connection.MessageHandler;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Notice;
import io.drawbridge.guard.Time;
import io.drawbridge.wire.Payload;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the secure server: waits for its token where the handshake brought none, and from
 * then on hands its messages to the bridge, until the token ends. A later token of the same user
 * takes the place of the one before.
 */
final class AuthHandler implements MessageHandler {
  private static final Logger LOG = LoggerFactory.getLogger(AuthHandler.class);

  /** The longest that a timer is set for; a token may live longer than a clock can count. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final AuthContext context;
  private final SessionLink link;
  private final Time time;

  /** Whether the first message has come, and its token is being verified. */
  private boolean verifying;

  /** Null until the connection is open and the token was verified. */
  private @Nullable Line bridged;

  /** The first message, where it is more than a token, until the session has taken it. */
  private @Nullable String carried;

  /** Whether somebody else lets reading go on, later. */
  private boolean waiting;

  /**
   * @param link whose session has begun where the handshake brought a token
   */
  AuthHandler(AuthContext context, SessionLink link) {
    this.context = context;
    this.link = link;
    this.time = context.node().time();
  }

  @Override
  public void opened(Connection connection) {
    Session begun = link.session();
    if (begun == null) {
      wakeInTime(connection);
    } else {
      join(connection, begun);
    }
    link.opened(connection);
  }

  @Override
  public void text(Connection connection, Payload payload) {
    text(connection, payload.text());
  }

  void text(Connection connection, String text) {
    if (bridged == null) {
      first(connection, text);
    } else {
      later(connection, bridged, Envelope.parse(text), false);
    }
  }

  @Override
  public void binary(Connection connection, Payload payload) {
    if (bridged == null) {
      connection.close(ErrorKind.UNSUPPORTED_DATA, "a binary message");
    } else {
      later(connection, bridged, Envelope.parse(payload.nioBuffer()), true);
    }
  }

  private void later(
      Connection connection, Line session, @Nullable JsonObject envelope, boolean binary) {
    AuthMessage message = envelope == null ? null : AuthMessage.later(envelope);
    if (message == null) {
      session.receive(envelope, binary);
    } else {
      refresh(connection, message);
    }
  }

  /** The deadline of the first message or of its verification, or the end of the token. */
  @Override
  public void wake(Connection connection) {
    Session session = link.session();
    if (session != null) {
      watchExpiry(connection, session);
    } else if (verifying) {
      connection.close(ErrorKind.INTERNAL_ERROR, "no verdict on its token in time");
    } else {
      connection.close(ErrorKind.AUTH_TIMEOUT, null);
    }
  }

  @Override
  public void tell(Connection connection, Notice notice) {
    if (bridged == null) {
      MessageHandler.super.tell(connection, notice);
    } else {
      bridged.tell(notice);
    }
  }

  @Override
  public Debt debt(Connection connection) {
    return bridged == null ? Debt.NONE : bridged.debt();
  }

  @Override
  public void closed(Connection connection) {
    if (bridged == null || !bridged.closed()) {
      link.close();
    }
  }

  // --- the first token --------------------------------------------------------------------------

  private void first(Connection connection, String text) {
    AuthMessage message = AuthMessage.first(text);
    if (message.form() == AuthMessage.Form.PING) {
      if (Bridge.answersPings(connection)) {
        connection.sendText(Bridge.PONG);
      }
      return;
    }
    String token = message.token();
    if (token == null) {
      refuse(connection, message, ErrorKind.INVALID_TOKEN, "no token in it");
      return;
    }
    Future<TokenVerdict> asked = context.verifier().verify(token);
    if (!asked.isComplete()) {
      verifying = true;
      wakeInTime(connection);
    }
    once(asked, connection, () -> authenticated(connection, message, text, asked));
  }

  private void authenticated(
      Connection connection, AuthMessage message, String text, Future<TokenVerdict> asked) {
    if (!connection.isOpen()) {
      // Gone meanwhile: a session would have nobody to end it.
      return;
    }
    if (asked.failed()) {
      LOG.error("a token could not be verified", asked.cause());
      connection.close(ErrorKind.INTERNAL_ERROR, null);
    } else if (asked.result() instanceof TokenVerdict.Undecided undecided) {
      // Not the client's fault: it is told to come again, and gets no strike.
      connection.close(undecided.kind(), undecided.why());
    } else if (asked.result() instanceof TokenVerdict.Refused refused) {
      refuse(connection, message, refused.kind(), refused.why());
    } else if (asked.result() instanceof TokenVerdict.Valid valid) {
      carried = message.form() == AuthMessage.Form.CARRIED ? text : null;
      if (message.resume() != null && message.resume().ticket() != null) {
        comeBack(connection, message, message.resume().ticket(), valid.claims());
      } else {
        open(connection, message, valid.claims());
      }
      receiveCarried();
    }
  }

  private void receiveCarried() {
    String first = carried;
    if (bridged != null && first != null) {
      carried = null;
      bridged.receive(Envelope.parse(first), false);
    }
  }

  private void open(Connection connection, AuthMessage message, Claims claims) {
    SessionVerdict verdict = link.begin(claims, connection.peer().address());
    Future<SessionVerdict> counted =
        verdict instanceof SessionVerdict.Opened ? link.counted() : null;
    if (counted == null) {
      begun(connection, message, claims, verdict);
      return;
    }
    once(
        counted,
        connection,
        () -> {
          // Else its end has ended the session, too.
          if (connection.isOpen()) {
            begun(connection, message, claims, counted.result());
            receiveCarried();
          }
        });
  }

  private void begun(
      Connection connection, AuthMessage message, Claims claims, SessionVerdict verdict) {
    if (verdict instanceof SessionVerdict.Opened opened) {
      join(connection, opened.session());
      if (bridged != null && connection.isOpen()) {
        welcome(bridged, message, opened.session());
      }
    } else if (verdict instanceof SessionVerdict.Refused refused) {
      refuse(connection, message, claims, refused);
    }
  }

  private static void refuse(
      Connection connection, AuthMessage message, Claims claims, SessionVerdict.Refused refused) {
    if (refused.kind() == ErrorKind.CONNECTION_LIMIT) {
      connection.identify(claims.user(), null);
      connection.close(refused.kind(), refused.why());
    } else {
      // The user is not named: whoever has a revoked token would get the user banned by it.
      refuse(connection, message, refused.kind(), refused.why());
    }
  }

  /** The connection is the session's. */
  private void join(Connection connection, Session joined) {
    connection.identify(joined.user(), joined.id());
    if (connection.isOpen()) {
      bridged = context.bridge().open(connection, joined);
      limit(connection, joined);
    }
    // Else the user is banned, or the connection ended meanwhile.
  }

  private void limit(Connection connection, Session joined) {
    connection.limitBy("user:" + joined.user());
    watchExpiry(connection, joined);
  }

  private void welcome(Line to, AuthMessage message, Session session) {
    Resumption terms = message.resume() == null ? null : context.resumption();
    to.answer(terms, offer -> message.welcome(session, offer));
  }

  // --- a client that comes back -----------------------------------------------------------------

  /** Where its ticket is good for nothing, it gets a session like any other. */
  private void comeBack(Connection connection, AuthMessage message, String ticket, Claims claims) {
    if (context.sessions().isRevoked(claims)) {
      open(connection, message, claims);
      return;
    }
    String peer = connection.peer().address();
    Comer comer = new Comer(ticket, message.seen(), claims, peer, connection.guard());
    Future<Optional<BridgeSession>> asked = context.bridge().take(comer, context.resumption());
    if (asked.isComplete()) {
      found(connection, message, claims, asked.result());
      return;
    }
    // It has bounds of its own.
    connection.wakeNever();
    once(asked, connection, () -> found(connection, message, claims, asked.result()));
  }

  private void found(
      Connection connection, AuthMessage message, Claims claims, Optional<BridgeSession> found) {
    if (found.isEmpty()) {
      if (connection.isOpen()) {
        open(connection, message, claims);
      }
      return;
    }
    BridgeSession kept = found.get();
    if (!connection.isOpen()) {
      kept.abandon();
      return;
    }
    Session arriving = kept.arriving();
    SessionVerdict verdict =
        arriving == null
            ? link.resume(kept.id(), claims, connection.peer().address())
            : link.adopt(arriving);
    if (verdict instanceof SessionVerdict.Opened opened) {
      goOn(connection, message, opened.session(), context.bridge().line(connection, kept));
      return;
    }
    if (arriving != null) {
      kept.abandon();
    }
    SessionVerdict.Refused refused = (SessionVerdict.Refused) verdict;
    if (refused.kind() == ErrorKind.SESSION_REVOKED) {
      open(connection, message, claims);
    } else {
      refuse(connection, message, claims, refused);
    }
  }

  private void goOn(Connection connection, AuthMessage message, Session session, Line line) {
    bridged = line;
    waiting = true;
    line.comeBack(
        new Return(
            session,
            message.seen(),
            link.handle(),
            offer -> String.valueOf(message.welcome(session, offer)),
            () -> tooLate(connection, message, session)));
    connection.identify(session.user(), session.id());
    if (connection.isOpen()) {
      limit(connection, session);
    }
  }

  /** What it came back for has ended meanwhile. */
  private void tooLate(Connection connection, AuthMessage message, Session ended) {
    bridged = null;
    link.lose();
    waiting = false;
    if (connection.isOpen()) {
      open(connection, message, ended.claims());
    }
    readOn(connection);
  }

  /** Unless somebody else will. */
  private void readOn(Connection connection) {
    if (!waiting && (bridged == null || !bridged.isHolding())) {
      connection.release();
    }
  }

  /** The answer never says which check failed; the log does. */
  private static void refuse(
      Connection connection, AuthMessage message, ErrorKind kind, String why) {
    connection.close(kind, why, message::refusal);
  }

  // --- another token ----------------------------------------------------------------------------

  private void refresh(Connection connection, AuthMessage message) {
    String token = message.token();
    if (token == null) {
      refuseRefresh(connection, message, ErrorKind.INVALID_TOKEN, "no token in it");
      return;
    }
    Future<TokenVerdict> asked = context.verifier().verify(token);
    once(asked, connection, () -> refreshed(connection, message, asked));
  }

  private void refreshed(Connection connection, AuthMessage message, Future<TokenVerdict> asked) {
    if (asked.failed()) {
      LOG.error("a token could not be verified", asked.cause());
      refuseRefresh(connection, message, ErrorKind.INTERNAL_ERROR, null);
    } else if (asked.result() instanceof TokenVerdict.Refused refused) {
      refuseRefresh(connection, message, refused.kind(), refused.why());
    } else if (asked.result() instanceof TokenVerdict.Valid valid) {
      refresh(connection, message, valid.claims());
    }
  }

  private void refresh(Connection connection, AuthMessage message, Claims claims) {
    Session before = link.session();
    if (before == null || bridged == null || !connection.isOpen()) {
      return;
    }
    SessionVerdict verdict = link.refresh(before, claims);
    if (verdict instanceof SessionVerdict.Refused refused) {
      // One that was ended meanwhile is about to be told so by its Close frame.
      if (refused.kind() != ErrorKind.SESSION_REVOKED) {
        refuseRefresh(connection, message, refused.kind(), refused.why());
      }
    } else if (verdict instanceof SessionVerdict.Opened opened) {
      bridged.refreshed(opened.session());
      watchExpiry(connection, opened.session());
      welcome(bridged, message, opened.session());
    }
  }

  /** The session goes on with the token that it has. */
  private static void refuseRefresh(
      Connection connection, AuthMessage message, ErrorKind kind, @Nullable String why) {
    if (connection.isOpen()) {
      connection.sendText(message.err(connection.report(kind, kind.words(), why)));
    }
  }

  // --- time -------------------------------------------------------------------------------------

  /** Goes on once it is known; what follows is not read before. */
  private void once(Future<?> asked, Connection connection, Runnable then) {
    if (asked.isComplete()) {
      then.run();
      return;
    }
    connection.hold();
    waiting = true;
    asked.onComplete(
        known -> {
          waiting = false;
          try {
            then.run();
          } catch (RuntimeException e) {
            LOG.error("the auth server failed a connection", e);
            connection.close(ErrorKind.INTERNAL_ERROR, null);
          }
          readOn(connection);
        });
  }

  private void wakeInTime(Connection connection) {
    connection.wakeAt(time.nanos() + context.settings().timeout().toNanos());
  }

  private void watchExpiry(Connection connection, Session session) {
    if (session.expiresAt().equals(Instant.MAX)) {
      connection.wakeNever();
      return;
    }
    Duration left =
        Duration.between(time.now(), session.expiresAt().plus(context.settings().leeway()));
    if (left.isNegative() || left.isZero()) {
      connection.close(ErrorKind.TOKEN_EXPIRED, "the token ended");
    } else {
      Duration wait = left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT;
      connection.wakeAt(time.nanos() + wait.toNanos());
    }
  }
}
