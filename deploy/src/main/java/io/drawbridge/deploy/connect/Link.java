package io.drawbridge.deploy.connect;

import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The edge to the network: one connection at a time, and what happens on it. */
final class Link {
  /** What happens, on the event loop. */
  interface Listener {
    void opened(@Nullable String subprotocol);

    void text(String text);

    void binary(byte[] bytes);

    void pong();

    void ended(Ending how);
  }

  private static final int LONGEST_MESSAGE = 1024 * 1024;
  private static final int PATIENCE_MS = 10_000;
  private static final int LONGEST_BODY = 512;

  private final Target target;
  private final WebSocketClient client;
  private final Listener listener;
  private volatile @Nullable WebSocket socket;

  Link(Vertx vertx, Target target, Listener listener) {
    this.target = target;
    this.listener = listener;
    this.client = vertx.createWebSocketClient(options(target));
  }

  private static WebSocketClientOptions options(Target target) {
    WebSocketClientOptions options =
        new WebSocketClientOptions()
            .setConnectTimeout(PATIENCE_MS)
            .setMaxFrameSize(LONGEST_MESSAGE)
            .setMaxMessageSize(LONGEST_MESSAGE)
            .setSsl(target.isSecure());
    if (target.ca() != null) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(target.ca().toString()));
    }
    if (target.cert() != null && target.key() != null) {
      options.setKeyCertOptions(
          new PemKeyCertOptions()
              .setCertPath(target.cert().toString())
              .setKeyPath(target.key().toString()));
    }
    return options;
  }

  void connect(@Nullable Credential credential) {
    ClientWebSocket next =
        client
            .webSocket()
            .textMessageHandler(listener::text)
            .binaryMessageHandler(bytes -> listener.binary(bytes.getBytes()))
            .pongHandler(any -> listener.pong());
    // A message that is too long ends the connection, which is told when it has.
    next.exceptionHandler(cause -> next.close());
    next.closeHandler(none -> listener.ended(closed(next)));
    next.connect(handshake(credential))
        .onSuccess(
            open -> {
              socket = open;
              listener.opened(open.subProtocol());
            })
        .onFailure(cause -> listener.ended(refused(cause)));
  }

  private WebSocketConnectOptions handshake(@Nullable Credential credential) {
    WebSocketConnectOptions options =
        new WebSocketConnectOptions()
            .setHost(target.host())
            .setPort(target.port())
            .setURI(target.uri())
            .setSsl(target.isSecure())
            .setTimeout(PATIENCE_MS)
            .setAllowOriginHeader(false);
    if (credential != null && credential.way() == Credential.Way.HEADER) {
      options.putHeader("Authorization", "Bearer " + credential.token());
    }
    if (credential != null && credential.way() == Credential.Way.SUBPROTOCOL) {
      options.setSubProtocols(List.of("drawbridge", "bearer." + credential.token()));
    }
    return options;
  }

  private static Ending closed(WebSocket socket) {
    Short code = socket.closeStatusCode();
    String reason = socket.closeReason();
    return new Ending(code == null ? 1006 : code, reason == null ? "" : reason);
  }

  private Ending refused(Throwable cause) {
    if (cause instanceof UpgradeRejectedException refusal) {
      Buffer body = refusal.getBody();
      String text = body == null ? "" : body.toString(StandardCharsets.UTF_8).strip();
      String reason = text.substring(0, Math.min(text.length(), LONGEST_BODY));
      return new Ending(refusal.getStatus(), reason);
    }
    return new Ending(0, words(cause));
  }

  private String words(Throwable cause) {
    Throwable innermost = cause;
    while (cause instanceof SSLException && innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String words = innermost.getMessage();
    if (words == null) {
      return innermost.getClass().getSimpleName();
    }
    if (cause instanceof SSLException) {
      return "TLS: " + words;
    }
    if (cause instanceof WebSocketHandshakeException && words.contains("closed")) {
      // By TLS 1.3, a client learns only after its own handshake what the server thinks of it.
      String hint = target.isSecure() ? "want a certificate: --cert, --key" : "speak wss alone";
      return "closed before there was an answer. The server may " + hint;
    }
    return words;
  }

  Future<Void> text(String text) {
    WebSocket open = socket;
    return open == null ? gone() : open.writeTextMessage(text);
  }

  Future<Void> binary(byte[] bytes) {
    WebSocket open = socket;
    return open == null ? gone() : open.writeBinaryMessage(Buffer.buffer(bytes));
  }

  Future<Void> ping() {
    WebSocket open = socket;
    return open == null ? gone() : open.writePing(Buffer.buffer());
  }

  Future<Void> close(int code, String reason) {
    WebSocket open = socket;
    return open == null ? Future.succeededFuture() : open.close((short) code, reason);
  }

  private static Future<Void> gone() {
    return Future.failedFuture("not connected");
  }
}
