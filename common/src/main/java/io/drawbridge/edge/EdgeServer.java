package io.drawbridge.edge;

import io.drawbridge.admission.Handshake;
import io.drawbridge.admission.PeerAddress;
import io.drawbridge.admission.TrustedProxies;
import io.drawbridge.admission.Verdict;
import io.drawbridge.config.LiveSettings;
import io.drawbridge.config.Settings;
import io.drawbridge.config.TlsMaterial;
import io.drawbridge.connection.ConnectionMeters;
import io.drawbridge.connection.Connections;
import io.drawbridge.connection.EdgeContext;
import io.drawbridge.guard.Edge;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Guard;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Peer;
import io.drawbridge.wire.DeflateContexts;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket server on one event loop: bytes come in, pass admission, become a connection, and its
 * messages go to a handler. Several of them with the same edge share its port.
 */
public final class EdgeServer {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeServer.class);
  private static final int LONGEST_REQUEST_LINE = 4 * 1024;
  private static final int LARGEST_HEADERS = 16 * 1024;
  private static final int ACCEPT_BACKLOG = 1024;
  private static final Duration DEADLINE_CHECK = Duration.ofMillis(250);
  private static final Duration FLUSH_WITHIN = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final Gateway gateway;
  private EdgeContext context;
  private final TrustedProxies proxies;
  private final boolean proxyHeader;
  private final Acceptor acceptor;
  private final Gates gates;
  private final HandshakeAnswers answers;
  private final Upgrades upgrades;
  private final Arrivals arrivals;
  private final TlsDoors doors;
  private final Runnable shutDoor;

  private final List<HttpServer> servers = new ArrayList<>();
  private final long deadlineCheck;
  private final Runnable unlisten;
  private boolean draining;

  /**
   * @param acceptor has the last word, and gives each connection its handler
   */
  public EdgeServer(Vertx vertx, Gateway gateway, Edge edge, Acceptor acceptor) {
    Settings settings = gateway.settings();
    Node node = gateway.node();
    this.vertx = vertx;
    this.gateway = gateway;
    Guard guard = new Guard(vertx, node, edge, settings);
    this.context =
        new EdgeContext(
            edge,
            node,
            guard,
            new ConnectionMeters(node.meters(), edge),
            new Connections(vertx, node.time(), guard::banVersion),
            new DeflateContexts(settings.compression().level(), settings.compression().maxRatio()));
    this.answers = new HandshakeAnswers(context);
    this.upgrades = new Upgrades(context, gateway, acceptor, answers);
    this.proxies = new TrustedProxies(settings.proxy().trusted());
    this.proxyHeader = settings.proxy().protocol();
    gateway.connectRates().join();
    this.acceptor = acceptor;
    this.gates = new Gates(gateway, context.guard(), proxies, this::notDraining);
    gates.reload(edge, settings.firewall());
    this.arrivals = new Arrivals(context, proxies, proxyHeader, upgrades::refuseLate);
    arrivals.reload(edge.limits().handshake(), gates.beforeTls());
    this.doors = TlsDoors.of(vertx, node, edge);
    this.shutDoor = doors.open(arrivals);
    this.deadlineCheck = vertx.setPeriodic(DEADLINE_CHECK.toMillis(), tick -> cutOverdue());
    Context loop = vertx.getOrCreateContext();
    this.unlisten =
        gateway.live().onChange(task -> loop.runOnContext(turn -> task.run()), this::reload);
  }

  /** Connections that are open keep the limits that they began with. */
  private void reload(LiveSettings live) {
    Edge edge = context.edge().reloaded(live.settings());
    context = context.with(edge);
    upgrades.reload(context);
    context.guard().limits(edge);
    gates.reload(edge, live.settings().firewall());
    arrivals.reload(edge.limits().handshake(), gates.beforeTls());
    TlsMaterial tls = live.tls();
    if (tls != null) {
      ServerSSLOptions options = Tls.options(tls);
      for (HttpServer server : servers) {
        server
            .updateSSLOptions(options)
            .onFailure(cause -> LOG.error("the old certificate stays: {}", cause.getMessage()));
      }
    }
  }

  /** What the connections share, for the handlers that need it. */
  public EdgeContext context() {
    return context;
  }

  /** Listens on all addresses of the edge's host; the port that it has got. */
  public Future<Integer> listen() {
    Edge edge = context.edge();
    // A negative port is Vert.x's way to share one free port among the instances of a server.
    int port = edge.port() == 0 ? -1 - (edge.name().hashCode() & 0xFFFF) : edge.port();
    // Who is banned is known before the first handshake, unless the guard is silent.
    Future<Integer> listening = context.guard().bansAsked().map(port);
    for (String address : ListenAddresses.of(edge.host())) {
      listening = listening.compose(found -> listen(address, found));
    }
    return listening;
  }

  private Future<Integer> listen(String address, int port) {
    HttpServer server =
        vertx
            .createHttpServer(options())
            .exceptionHandler(this::notAccepted)
            .connectionHandler(this::accepted)
            .invalidRequestHandler(this::handshake)
            .requestHandler(this::handshake);
    servers.add(server);
    return server.listen(port, address).map(HttpServer::actualPort);
  }

  private HttpServerOptions options() {
    TlsMaterial tls = gateway.live().tls();
    HttpServerOptions options = new HttpServerOptions();
    if (tls != null) {
      Tls.secure(options, tls, doors);
    }
    return options
        .setMaxInitialLineLength(LONGEST_REQUEST_LINE)
        .setMaxHeaderSize(LARGEST_HEADERS)
        .setAcceptBacklog(ACCEPT_BACKLOG)
        .setUseProxyProtocol(proxyHeader)
        .setProxyProtocolTimeout(context.edge().limits().handshake().toMillis())
        .setProxyProtocolTimeoutUnit(TimeUnit.MILLISECONDS)
        // With it, a connection would only show once its first request is whole.
        .setHttp2ClearTextEnabled(false)
        // WebSocket is spoken by our own wire; Vert.x's must never answer.
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false);
  }

  /** Closed before anything could be read. */
  private void notAccepted(Throwable cause) {
    if (cause instanceof TlsFault fault) {
      if (fault.reason() != TlsFault.Reason.GONE) {
        report(fault.kind(), fault.peer(), fault.detail());
      }
    } else if (proxyHeader) {
      report(ErrorKind.BAD_HANDSHAKE, "", "no valid PROXY header");
    }
  }

  private void accepted(HttpConnection connection) {
    if (arrivals.accepted(connection)) {
      connection.closeHandler(
          closed -> {
            arrivals.end(connection);
            answers.forget(connection);
            upgrades.forget(connection);
          });
    }
  }

  private void handshake(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    if (!arrivals.has(connection)) {
      // Sent behind one that was refused, or after its time: there is one answer a socket.
      return;
    }
    Handshake handshake = Handshake.of(request, proxies);
    PlainAnswer plain = handshake.wellFormed() ? acceptor.plain(handshake) : null;
    boolean counted = connection.isSsl() && !proxies.trusts(PeerAddress.of(connection));
    Verdict verdict =
        plain == null ? gates.judge(handshake, counted) : gates.judgePlain(handshake, counted);
    if (verdict instanceof Verdict.Refused refused) {
      arrivals.end(connection);
      answers.refuse(request, Peer.of(handshake.peer()), refused, refused.detail());
    } else if (plain != null) {
      arrivals.end(connection);
      answers.plain(request, plain);
    } else {
      upgrades.begin(request, handshake, () -> arrivals.end(connection));
    }
  }

  private void cutOverdue() {
    long now = context.node().time().nanos();
    arrivals.cutOverdue(now);
    answers.cutOverdue(now);
  }

  private void report(ErrorKind kind, String peer, String detail) {
    context.guard().report(kind, Peer.of(peer), detail, 0);
  }

  // --- the end ----------------------------------------------------------------------------------

  private Verdict notDraining(Handshake handshake) {
    return draining
        ? Verdict.refused(ErrorKind.SHUTTING_DOWN, ErrorKind.SHUTTING_DOWN.words())
        : Verdict.ADMITTED;
  }

  /**
   * Takes no more connections, sends those away that are here, spread over this time, and completes
   * when all are gone and all errors are logged.
   */
  public Future<Void> drain(Duration over) {
    draining = true;
    upgrades.drain();
    return context
        .connections()
        .drain(over)
        .eventually(this::close)
        .eventually(() -> context.guard().close(FLUSH_WITHIN));
  }

  private Future<Void> close() {
    unlisten.run();
    vertx.cancelTimer(deadlineCheck);
    context.connections().close();
    context.deflate().close();
    shutDoor.run();
    return Future.join(servers.stream().map(HttpServer::close).toList()).mapEmpty();
  }
}
