package io.drawbridge.auth;

import io.drawbridge.auth.bridge.Bridge;
import io.drawbridge.auth.bridge.BridgeSession;
import io.drawbridge.auth.bridge.Envelope;
import io.drawbridge.auth.session.Session;
import io.drawbridge.auth.token.TokenVerdict;
import io.drawbridge.auth.token.TokenVerifier;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.connection.Connection;
import io.drawbridge.connection.MessageHandler;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Notice;
import io.drawbridge.guard.Time;
import io.drawbridge.wire.Payload;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One client of the secure server: waits for its token, and from then on hands its messages to the
 * bridge, until the token ends.
 */
final class AuthHandler implements MessageHandler {
  private static final String AUTHENTICATED = "Authenticated!";

  /** The longest that a timer is set for; a token may live longer than a clock can count. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final AuthSettings settings;
  private final TokenVerifier verifier;
  private final Bridge bridge;
  private final Node node;
  private final Time time;

  /** Null until the token was verified. */
  private @Nullable Session session;

  /** Null until the token was verified. */
  private @Nullable BridgeSession bridged;

  AuthHandler(AuthSettings settings, TokenVerifier verifier, Bridge bridge, Node node) {
    this.settings = settings;
    this.verifier = verifier;
    this.bridge = bridge;
    this.node = node;
    this.time = node.time();
  }

  @Override
  public void opened(Connection connection) {
    connection.wakeAt(time.nanos() + settings.timeout().toNanos());
  }

  @Override
  public void text(Connection connection, Payload payload) {
    if (bridged != null) {
      bridged.receive(payload.text());
      return;
    }
    String text = payload.text();
    if (Bridge.isPing(text)) {
      connection.sendText(Bridge.PONG);
    } else {
      authenticate(connection, text);
    }
  }

  @Override
  public void binary(Connection connection, Payload payload) {
    if (bridged != null) {
      bridged.receive(Envelope.parse(payload.nioBuffer()), true);
    } else {
      connection.close(ErrorKind.UNSUPPORTED_DATA, "a binary message");
    }
  }

  /** The deadline of the token, or its end. */
  @Override
  public void wake(Connection connection) {
    if (session == null) {
      connection.close(ErrorKind.AUTH_TIMEOUT, null);
    } else {
      watchExpiry(connection, session);
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
  public void closed(Connection connection) {
    if (bridged != null) {
      bridged.closed();
    }
  }

  // --- authentication ---------------------------------------------------------------------------

  private void authenticate(Connection connection, String token) {
    // What follows the token is read only once it is known whose it is.
    connection.hold();
    verifier
        .verify(token)
        .onSuccess(verdict -> authenticated(connection, verdict))
        .onFailure(cause -> connection.close(ErrorKind.INTERNAL_ERROR, null))
        .onComplete(done -> connection.release());
  }

  private void authenticated(Connection connection, TokenVerdict verdict) {
    if (verdict instanceof TokenVerdict.Valid valid) {
      open(connection, valid);
    } else if (verdict instanceof TokenVerdict.Expired expired) {
      refuse(connection, ErrorKind.TOKEN_EXPIRED, expired.why());
    } else if (verdict instanceof TokenVerdict.Invalid invalid) {
      refuse(connection, ErrorKind.INVALID_TOKEN, invalid.why());
    }
  }

  private void open(Connection connection, TokenVerdict.Valid valid) {
    Session opened =
        new Session(
            UUID.randomUUID().toString(),
            valid.claims(),
            node.name(),
            connection.peer().address(),
            node.time().now());
    connection.identify(opened.user(), opened.id());
    if (!connection.isOpen()) {
      // The user is banned, or the connection ended meanwhile.
      return;
    }
    session = opened;
    bridged = bridge.open(connection, opened);
    connection.limitBy("user:" + opened.user());
    connection.sendText(AUTHENTICATED);
    watchExpiry(connection, opened);
  }

  /** The text never says which check failed; the log does. */
  private static void refuse(Connection connection, ErrorKind kind, String why) {
    connection.sendText(kind.words());
    connection.close(kind, why);
  }

  private void watchExpiry(Connection connection, Session session) {
    if (session.expiresAt().equals(java.time.Instant.MAX)) {
      connection.wakeNever();
      return;
    }
    Duration left = Duration.between(time.now(), session.expiresAt().plus(settings.leeway()));
    if (left.isNegative() || left.isZero()) {
      connection.close(ErrorKind.TOKEN_EXPIRED, "the token ended");
    } else {
      Duration wait = left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT;
      connection.wakeAt(time.nanos() + wait.toNanos());
    }
  }
}
