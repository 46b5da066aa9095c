package io.drawbridge.edge;

import io.drawbridge.admission.Capacity;
import io.drawbridge.admission.Handshake;
import io.drawbridge.admission.Verdict;
import io.drawbridge.config.CompressionSettings;
import io.drawbridge.connection.Connection;
import io.drawbridge.connection.EdgeContext;
import io.drawbridge.connection.Opening;
import io.drawbridge.connection.Socket;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Peer;
import io.drawbridge.wire.PerMessageDeflate;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a handshake that the checks have admitted to a connection: the acceptor's word, which may
 * take time, then the answer. Each has taken a place, which is given back once, however it ends.
 */
final class Upgrades {
  private static final Logger LOG = LoggerFactory.getLogger(Upgrades.class);

  private final EdgeContext context;
  private final CompressionSettings compression;
  private final Capacity capacity;
  private final Acceptor acceptor;
  private final HandshakeAnswers answers;

  /** Those for whom the acceptor takes time; no more than there are handshakes under way. */
  private final Map<HttpConnection, Upgrade> waiting = new HashMap<>();

  private record Upgrade(HttpServerRequest request, Handshake handshake, GluedBytes glued) {}

  Upgrades(EdgeContext context, Gateway gateway, Acceptor acceptor, HandshakeAnswers answers) {
    this.context = context;
    this.compression = gateway.settings().compression();
    this.capacity = gateway.capacity();
    this.acceptor = acceptor;
    this.answers = answers;
  }

  /**
   * Answers the handshake, at once where the acceptor does.
   *
   * @param answered called as it is answered, unless the client was gone before
   */
  void begin(HttpServerRequest request, Handshake handshake, Runnable answered) {
    HttpConnection connection = request.connection();
    Future<Acceptance> asked = asked(handshake);
    if (asked.isComplete()) {
      answered.run();
      answer(new Upgrade(request, handshake, GluedBytes.keep(connection)), asked);
      return;
    }
    waiting.put(connection, new Upgrade(request, handshake, GluedBytes.hold(connection)));
    asked.onComplete(
        done -> {
          Upgrade waited = endWait(connection);
          if (waited != null) {
            answered.run();
            answer(waited, asked);
          } else if (asked.result() instanceof Acceptance.Accepted accepted) {
            accepted.unused().run();
          }
        });
  }

  private Future<Acceptance> asked(Handshake handshake) {
    try {
      return acceptor.accept(handshake, context.guard());
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private @Nullable Upgrade endWait(HttpConnection connection) {
    Upgrade waited = waiting.remove(connection);
    if (waited != null) {
      waited.glued().readOn();
    }
    return waited;
  }

  private void answer(Upgrade upgrade, Future<Acceptance> asked) {
    Acceptance acceptance = asked.result();
    if (acceptance instanceof Acceptance.Accepted accepted) {
      accept(upgrade, accepted);
    } else if (acceptance instanceof Acceptance.Refused refused) {
      refuse(upgrade, refused);
    } else {
      LOG.error("the {} server failed to judge a handshake", context.edge().name(), asked.cause());
      refuse(upgrade, refused(ErrorKind.INTERNAL_ERROR, null));
    }
  }

  private void accept(Upgrade upgrade, Acceptance.Accepted accepted) {
    Handshake handshake = upgrade.handshake();
    PerMessageDeflate deflate = deflate(handshake);
    answers.upgrade(upgrade.request(), handshake, accepted.subprotocol(), deflate);
    upgrade
        .request()
        .toNetSocket()
        .onSuccess(socket -> connect(socket, new Opening(handshake.peer(), deflate), accepted))
        .onFailure(
            gone -> {
              leave(handshake.peer());
              accepted.unused().run();
            })
        .onComplete(done -> upgrade.glued().handOn());
  }

  private @Nullable PerMessageDeflate deflate(Handshake handshake) {
    return compression.enabled()
        ? handshake
            .extensions()
            .flatMap(offers -> PerMessageDeflate.accept(offers, compression.contextTakeover()))
            .orElse(null)
        : null;
  }

  private void connect(NetSocket socket, Opening opening, Acceptance.Accepted accepted) {
    new Connection(context, new Socket(socket), opening, accepted.handler())
        .start(() -> leave(opening.address()));
  }

  private void leave(String address) {
    capacity.leave(context.edge(), address);
  }

  // --- the ways not to become a connection ------------------------------------------------------

  private static Acceptance.Refused refused(ErrorKind kind, @Nullable String why) {
    return new Acceptance.Refused(Verdict.refused(kind, kind.words()), why, null);
  }

  private void refuse(Upgrade upgrade, Acceptance.Refused refused) {
    leave(upgrade.handshake().peer());
    Peer peer = new Peer(upgrade.handshake().peer(), refused.user(), null);
    answers.refuse(upgrade.request(), peer, refused.verdict(), refused.why());
    upgrade.glued().handOn();
  }

  /** Refuses one that still waits, since the delay is ours; false where it does not. */
  boolean refuseLate(HttpConnection connection) {
    return refuseWaiting(connection, refused(ErrorKind.INTERNAL_ERROR, "no verdict in time"));
  }

  /** Refuses all that still wait, since the node drains. */
  void drain() {
    Acceptance.Refused refused = refused(ErrorKind.SHUTTING_DOWN, null);
    List.copyOf(waiting.keySet()).forEach(connection -> refuseWaiting(connection, refused));
  }

  private boolean refuseWaiting(HttpConnection connection, Acceptance.Refused refused) {
    Upgrade waited = endWait(connection);
    if (waited != null) {
      refuse(waited, refused);
    }
    return waited != null;
  }

  /** The client is gone, whether it still waited or not. */
  void forget(HttpConnection connection) {
    Upgrade waited = waiting.remove(connection);
    if (waited != null) {
      leave(waited.handshake().peer());
    }
  }
}
