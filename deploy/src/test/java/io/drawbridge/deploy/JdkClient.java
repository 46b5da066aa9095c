package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A scripted conversation with the JDK's own WebSocket client. */
public final class JdkClient implements WebSocket.Listener {
  /** The end of a conversation. */
  public record Closed(int code, String reason) {}

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final long PATIENCE_SECONDS = 10;

  private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
  private final CompletableFuture<Closed> closed = new CompletableFuture<>();
  private final StringBuilder part = new StringBuilder();
  private final WebSocket socket;

  private JdkClient(int port) {
    socket =
        HTTP.newWebSocketBuilder()
            .buildAsync(URI.create("ws://localhost:" + port + "/"), this)
            .join();
  }

  /** Throws a CompletionException with a WebSocketHandshakeException when it is refused. */
  public static JdkClient connect(int port) {
    return new JdkClient(port);
  }

  public JdkClient send(String text) {
    socket.sendText(text, true).join();
    return this;
  }

  public JdkClient expect(String text) throws InterruptedException {
    assertThat(next()).isEqualTo(text);
    return this;
  }

  /** The next text; fails when none comes. */
  public String next() throws InterruptedException {
    String text = texts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (text == null) {
      throw new AssertionError("no text came");
    }
    return text;
  }

  /** What it was closed with; the client has answered by itself. */
  public Closed closed() {
    return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  public boolean isClosed() {
    return closed.isDone();
  }

  public void close() {
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    part.append(data);
    if (last) {
      texts.add(part.toString());
      part.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    closed.complete(new Closed(code, reason));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    closed.completeExceptionally(error);
  }
}
