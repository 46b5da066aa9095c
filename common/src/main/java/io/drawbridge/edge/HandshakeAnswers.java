package io.drawbridge.edge;

import io.drawbridge.admission.Handshake;
import io.drawbridge.admission.Verdict;
import io.drawbridge.connection.EdgeContext;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Notice;
import io.drawbridge.guard.Peer;
import io.drawbridge.wire.PerMessageDeflate;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What handshakes are answered, and how often: an upgrade, or a refusal and the end. Other requests
 * are answered and ended as well.
 */
final class HandshakeAnswers {
  private static final Duration LINGER = Duration.ofMillis(500);

  private final EdgeContext context;

  /** Refused, and left a moment to read the answer. */
  private final Deadlines<HttpConnection> lingering = new Deadlines<>(LINGER);

  /** By outcome: to look one up costs more than to count. */
  private final Map<String, Counter> counters = new HashMap<>();

  HandshakeAnswers(EdgeContext context) {
    this.context = context;
  }

  /** Writes the headers of a 101 (RFC 6455 §4.2.2), which goes out with the upgrade. */
  void upgrade(
      HttpServerRequest request,
      Handshake handshake,
      @Nullable String subprotocol,
      @Nullable PerMessageDeflate deflate) {
    count("ADMITTED");
    HttpServerResponse response =
        request
            .response()
            .putHeader("Upgrade", "websocket")
            .putHeader("Connection", "Upgrade")
            .putHeader("Sec-WebSocket-Accept", handshake.acceptKey());
    if (subprotocol != null) {
      response.putHeader("Sec-WebSocket-Protocol", subprotocol);
    }
    if (deflate != null) {
      response.putHeader("Sec-WebSocket-Extensions", deflate.header());
    }
  }

  /**
   * Logs, answers, and ends the connection once the client has had time to read.
   *
   * @param why for the log alone
   */
  void refuse(HttpServerRequest request, Peer peer, Verdict.Refused refused, @Nullable String why) {
    ErrorKind kind = refused.kind();
    count(kind.name());
    String id = context.guard().report(kind, peer, why, 0);
    Notice notice = new Notice(kind, refused.detail(), refused.retryAfter(), id);
    Map<String, String> headers = new HashMap<>(refused.headers());
    headers.put("Content-Type", "text/plain; charset=utf-8");
    if (notice.retryAfterSeconds() > 0) {
      headers.put("Retry-After", Long.toString(notice.retryAfterSeconds()));
    }
    last(request, new PlainAnswer(refused.status(), headers, notice.body()));
  }

  /** Answers a request that is no handshake. */
  void plain(HttpServerRequest request, PlainAnswer answer) {
    count("PLAIN");
    last(request, answer);
  }

  /** Answers, and ends the connection once the client has had time to read. */
  private void last(HttpServerRequest request, PlainAnswer answer) {
    HttpConnection connection = request.connection();
    LingeringClose close = LingeringClose.of(connection);
    HttpConnection oldest = lingering.begin(connection, "", context.node().time().nanos());
    if (oldest != null) {
      oldest.close();
    }
    HttpServerResponse response =
        request.response().setStatusCode(answer.status()).putHeader("Connection", "close");
    answer.headers().forEach(response::putHeader);
    response.end(answer.body()).onComplete(sent -> close.answered());
  }

  /** The connection is gone. */
  void forget(HttpConnection connection) {
    lingering.end(connection);
  }

  /** Ends those that have had their time to read. */
  void cutOverdue(long now) {
    lingering.overdue(now).forEach(HttpConnection::close);
  }

  private void count(String outcome) {
    counters.computeIfAbsent(outcome, this::counter).increment();
  }

  private Counter counter(String outcome) {
    return Counter.builder("drawbridge.handshakes")
        .description("Handshakes, by outcome")
        .tag("edge", context.edge().name())
        .tag("outcome", outcome)
        .register(context.node().meters());
  }
}
