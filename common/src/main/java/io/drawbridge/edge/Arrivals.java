package io.drawbridge.edge;

import io.drawbridge.admission.Admission;
import io.drawbridge.admission.Handshake;
import io.drawbridge.admission.PeerAddress;
import io.drawbridge.admission.TrustedProxies;
import io.drawbridge.admission.Verdict;
import io.drawbridge.connection.EdgeContext;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Peer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * The sockets of one event loop whose handshake is not over. With TLS they are known from before
 * the TLS handshake on, and both handshakes together have the time and the places of one.
 */
final class Arrivals {
  /** Where Vert.x keeps what a PROXY header told. */
  private static final AttributeKey<SocketAddress> PROXIED =
      AttributeKey.valueOf("RemoteAddressOverride");

  /** What became of a socket once TLS was through, or at once where there is none. */
  private static final AttributeKey<HttpConnection> HTTP =
      AttributeKey.valueOf(Arrivals.class, "http");

  /** Who cuts it; they are two where several servers of an edge are on one event loop. */
  private static final AttributeKey<Arrivals> BEGUN = AttributeKey.valueOf(Arrivals.class, "begun");

  private final EdgeContext context;
  private final TrustedProxies proxies;
  private final boolean proxyHeader;
  private final Predicate<HttpConnection> refusedLate;
  private final Deadlines<Channel> handshakes;
  private Admission beforeTls;

  /**
   * @param proxyHeader whether each socket begins with a PROXY header
   * @param refusedLate answers one for whom the acceptor takes too long; false for all others
   */
  Arrivals(
      EdgeContext context,
      TrustedProxies proxies,
      boolean proxyHeader,
      Predicate<HttpConnection> refusedLate) {
    this.context = context;
    this.proxies = proxies;
    this.proxyHeader = proxyHeader;
    this.refusedLate = refusedLate;
    this.handshakes = new Deadlines<>(context.edge().limits().handshake());
    this.beforeTls = new Admission();
  }

  /** Puts others in force: the time for a handshake, and what is asked before TLS. */
  void reload(Duration allowed, Admission asked) {
    handshakes.allowed(allowed);
    beforeTls = asked;
  }

  // --- the way in -------------------------------------------------------------------------------

  /**
   * A socket that will speak TLS, once its PROXY header was read. TLS is costly: who is not welcome
   * is closed before it, and can't be told why.
   *
   * @return whether it may go on; where not, it is closed
   */
  boolean beforeTls(Channel channel) {
    if (!believed(channel)) {
      drop(channel);
      return false;
    }
    String peer = peer(channel);
    // A trusted proxy brings the handshakes of many, and whose they are is not known before.
    if (!proxies.trusts(peer)
        && beforeTls.judge(Handshake.unread(peer)) instanceof Verdict.Refused refused) {
      report(refused.kind(), peer, refused.detail() + ", before TLS");
      drop(channel);
      return false;
    }
    begin(channel, peer);
    return true;
  }

  /**
   * A socket that speaks HTTP from now on.
   *
   * @return whether it may go on; where not, it is closed
   */
  boolean accepted(HttpConnection connection) {
    Channel channel = channel(connection);
    channel.attr(HTTP).set(connection);
    Arrivals begun = channel.attr(BEGUN).get();
    if (begun == this) {
      return true;
    }
    if (begun != null) {
      begun.end(channel);
    }
    if (!believed(channel)) {
      connection.close();
      return false;
    }
    begin(channel, peer(channel));
    return true;
  }

  /** Only a trusted proxy may tell in a PROXY header whose socket it is. */
  private boolean believed(Channel channel) {
    String socket = socket(channel);
    if (!proxyHeader || proxies.trusts(socket)) {
      return true;
    }
    report(ErrorKind.ADDRESS_DENIED, socket, "a PROXY header from an address not in proxy.trusted");
    return false;
  }

  private void begin(Channel channel, String peer) {
    channel.attr(BEGUN).set(this);
    Channel oldest =
        handshakes.begin(channel, proxies.trusts(peer) ? "" : peer, context.node().time().nanos());
    if (oldest != null) {
      cut(oldest, "too many handshakes at once", "too many TLS handshakes at once");
    }
  }

  // --- the way out ------------------------------------------------------------------------------

  /** Whether its handshake is under way. */
  boolean has(HttpConnection connection) {
    return handshakes.has(channel(connection));
  }

  /** Its handshake is answered, or it is gone. */
  void end(HttpConnection connection) {
    end(channel(connection));
  }

  /** It is gone. */
  void end(Channel channel) {
    handshakes.end(channel);
  }

  /** Cuts those that are over their time. */
  void cutOverdue(long now) {
    handshakes
        .overdue(now)
        .forEach(late -> cut(late, "no handshake in time", "TLS: no handshake in time"));
  }

  private void cut(Channel channel, String why, String whyInTls) {
    HttpConnection connection = channel.attr(HTTP).get();
    if (connection == null) {
      report(ErrorKind.BAD_HANDSHAKE, peer(channel), whyInTls);
      drop(channel);
    } else if (!refusedLate.test(connection)) {
      report(ErrorKind.BAD_HANDSHAKE, peer(channel), why);
      connection.close();
    }
  }

  /** Closes a socket in its TLS handshake, without a word from its TLS end. */
  private static void drop(Channel channel) {
    ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
    var unused = tls == null ? channel.close() : tls.close();
  }

  // --- helpers ----------------------------------------------------------------------------------

  private void report(ErrorKind kind, String peer, String detail) {
    context.guard().report(kind, Peer.of(peer), detail, 0);
  }

  private static Channel channel(HttpConnection connection) {
    return GluedBytes.context(connection).channel();
  }

  /** Whose socket it is, as a PROXY header told, where there was one; empty once it is gone. */
  static String peer(Channel channel) {
    String told = PeerAddress.of(channel.attr(PROXIED).get());
    return told.isEmpty() ? socket(channel) : told;
  }

  private static String socket(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress socket && !socket.isUnresolved()
        ? PeerAddress.of(SocketAddress.inetSocketAddress(socket))
        : "";
  }
}
