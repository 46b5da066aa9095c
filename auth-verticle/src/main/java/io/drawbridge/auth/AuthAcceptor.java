package io.drawbridge.auth;

import io.drawbridge.admission.Handshake;
import io.drawbridge.admission.Verdict;
import io.drawbridge.auth.session.Session;
import io.drawbridge.auth.session.SessionVerdict;
import io.drawbridge.auth.sockjs.SockJs;
import io.drawbridge.auth.token.Claims;
import io.drawbridge.auth.token.TokenVerdict;
import io.drawbridge.connection.MessageHandler;
import io.drawbridge.edge.Acceptance;
import io.drawbridge.edge.Acceptor;
import io.drawbridge.edge.PlainAnswer;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Peer;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges the token that a handshake brings. A handshake without one is accepted, too: its client
 * has to show a token by message.
 */
final class AuthAcceptor implements Acceptor {
  /** RFC 6750 §3.1; for an expired token as well. */
  private static final Map<String, String> CHALLENGE =
      Map.of("WWW-Authenticate", "Bearer error=\"invalid_token\"");

  private final AuthContext context;

  AuthAcceptor(AuthContext context) {
    this.context = context;
  }

  @Override
  public Future<Acceptance> accept(Handshake handshake, Guard guard) {
    HandshakeToken brought = HandshakeToken.of(handshake);
    String fault = brought.fault();
    if (fault != null) {
      return Future.succeededFuture(
          new Acceptance.Refused(Verdict.refused(ErrorKind.BAD_HANDSHAKE, fault), fault, null));
    }
    String token = brought.token();
    if (token == null) {
      return Future.succeededFuture(
          new Acceptance.Accepted(
              handler(handshake, new SessionLink(context)), brought.subprotocol(), () -> {}));
    }
    SessionLink link = new SessionLink(context);
    Arrival arrival = new Arrival(handshake, brought, link);
    Future<Acceptance> judged =
        context.verifier().verify(token).map(verdict -> judged(arrival, verdict, guard));
    return context.sessions().isCounted()
        ? judged.compose(acceptance -> counted(link, acceptance))
        : judged;
  }

  /** One handshake with its token, and the session that may become of it. */
  private record Arrival(Handshake handshake, HandshakeToken brought, SessionLink link) {}

  /** The same, unless the user has too many sessions over all nodes. */
  private static Future<Acceptance> counted(SessionLink link, Acceptance acceptance) {
    Session begun = link.session();
    Future<SessionVerdict> counted = link.counted();
    if (begun == null || counted == null) {
      return Future.succeededFuture(acceptance);
    }
    return counted.map(
        verdict ->
            verdict instanceof SessionVerdict.Refused refused
                ? tooMany(begun.user(), refused.why())
                : acceptance);
  }

  private Acceptance judged(Arrival arrival, TokenVerdict verdict, Guard guard) {
    if (verdict instanceof TokenVerdict.Undecided undecided) {
      ErrorKind kind = undecided.kind();
      return new Acceptance.Refused(Verdict.refused(kind, kind.words()), undecided.why(), null);
    }
    if (verdict instanceof TokenVerdict.Refused refused) {
      return unauthorized(refused.kind(), refused.why());
    }
    Claims claims = ((TokenVerdict.Valid) verdict).claims();
    String peer = arrival.handshake().peer();
    Duration banned = guard.bannedFor(new Peer(peer, claims.user(), null));
    return banned.isZero() ? begun(arrival, claims) : banned(claims.user(), banned);
  }

  private Acceptance begun(Arrival arrival, Claims claims) {
    SessionLink link = arrival.link();
    Handshake handshake = arrival.handshake();
    if (link.begin(claims, handshake.peer()) instanceof SessionVerdict.Refused refused) {
      return refused.kind() == ErrorKind.CONNECTION_LIMIT
          ? tooMany(claims.user(), refused.why())
          : unauthorized(refused.kind(), refused.why());
    }
    return new Acceptance.Accepted(
        handler(handshake, link), arrival.brought().subprotocol(), link::close);
  }

  private MessageHandler handler(Handshake handshake, SessionLink link) {
    AuthHandler handler = new AuthHandler(context, link);
    return SockJs.isTransport(handshake) ? new SockJsHandler(handler) : handler;
  }

  @Override
  public @Nullable PlainAnswer plain(Handshake request) {
    return SockJs.plain(request);
  }

  private static Acceptance unauthorized(ErrorKind kind, String why) {
    // To come back with the same token does not help, however long it waits.
    Verdict.Refused verdict =
        new Verdict.Refused(kind, kind.httpStatus(), kind.words(), CHALLENGE, Duration.ZERO);
    return new Acceptance.Refused(verdict, why, null);
  }

  private static Acceptance banned(String user, Duration left) {
    ErrorKind kind = ErrorKind.BANNED;
    Verdict.Refused verdict =
        new Verdict.Refused(kind, kind.httpStatus(), kind.words(), Map.of(), left);
    return new Acceptance.Refused(verdict, null, user);
  }

  private static Acceptance tooMany(String user, String why) {
    ErrorKind kind = ErrorKind.CONNECTION_LIMIT;
    Verdict.Refused verdict =
        new Verdict.Refused(
            kind, 429, "Too many sessions of this user", Map.of(), kind.retryAfter());
    return new Acceptance.Refused(verdict, why, user);
  }
}
