package io.drawbridge.auth;

import io.drawbridge.auth.session.Session;
import io.drawbridge.auth.session.SessionHandle;
import io.drawbridge.auth.session.SessionVerdict;
import io.drawbridge.auth.token.Claims;
import io.drawbridge.connection.Connection;
import io.drawbridge.guard.ErrorKind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's session and its connection. Either may be there first: a token in the handshake
 * begins the session before the connection is open, and it may be ended from elsewhere before that,
 * too. To be used on the connection's event loop.
 */
final class SessionLink {
  private final AuthContext context;

  /** Null until it has begun. */
  private @Nullable Session session;

  /** Null until it is open. */
  private @Nullable Connection connection;

  /** How the session was ended before the connection was open; null for not. */
  private @Nullable Consumer<Connection> endedBefore;

  SessionLink(AuthContext context) {
    this.context = context;
  }

  /** Null until it has begun. */
  @Nullable Session session() {
    return session;
  }

  /** Begins the session of this token, unless the verdict is against it. */
  SessionVerdict begin(Claims claims, String peer) {
    String id = UUID.randomUUID().toString();
    Session fresh =
        new Session(id, claims, context.node().name(), peer, context.node().time().now());
    return known(context.sessions().open(fresh, handle()));
  }

  /**
   * Whether the user may have the session, which has begun, over all nodes; null where this node
   * alone knows. Where it may not, it is over. Completes on the connection's event loop.
   */
  @Nullable Future<SessionVerdict> counted() {
    Session begun = session;
    if (begun == null || !context.sessions().isCounted()) {
      return null;
    }
    Promise<SessionVerdict> promise = Promise.promise();
    context
        .sessions()
        .count(begun, verdict -> context.loop().execute(() -> promise.complete(taken(verdict))));
    return promise.future();
  }

  private SessionVerdict taken(SessionVerdict verdict) {
    if (verdict instanceof SessionVerdict.Refused) {
      close();
      session = null;
    }
    return verdict;
  }

  /** Goes on with a session that its client has come back to, unless the verdict is against it. */
  SessionVerdict resume(String id, Claims claims, String peer) {
    return known(context.sessions().resume(id, claims, peer));
  }

  /** The same of one that has come here from another process for that. */
  SessionVerdict adopt(Session arrived) {
    return known(context.sessions().adopt(arrived, handle()));
  }

  /** The session that was to go on has ended meanwhile. */
  void lose() {
    session = null;
  }

  /** Ends the session with its connection, from anywhere. */
  SessionHandle handle() {
    return (kind, why) -> context.loop().execute(() -> end(kind, why));
  }

  /** Goes on with another token, unless the verdict is against it. */
  SessionVerdict refresh(Session before, Claims claims) {
    return known(context.sessions().refresh(before.id(), claims));
  }

  private SessionVerdict known(SessionVerdict verdict) {
    if (verdict instanceof SessionVerdict.Opened opened) {
      session = opened.session();
    }
    return verdict;
  }

  /** The connection is open; closes it where the session was ended before. */
  void opened(Connection opened) {
    connection = opened;
    if (endedBefore != null) {
      endedBefore.accept(opened);
    }
  }

  /** Somebody else has ended the session. */
  private void end(ErrorKind kind, @Nullable String why) {
    if (connection == null) {
      endedBefore = late -> late.close(kind, why);
    } else {
      connection.close(kind, why);
    }
  }

  /** The connection is over, or will never open. */
  void close() {
    if (session != null) {
      context.sessions().close(session.id());
    }
  }
}
