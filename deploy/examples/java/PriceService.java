import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Serves the address {@code prices} by the WebSocket port: {@code java -cp drawbridge.jar
 * PriceService.java URL TOKEN_FILE}.
 */
public class PriceService extends VerticleBase {
  private static final Map<String, Integer> CENTS = Map.of("tea", 240, "coffee", 310);

  private final String url;
  private final String tokenFile;
  private WebSocketClient client;

  PriceService(String url, String tokenFile) {
    this.url = url;
    this.tokenFile = tokenFile;
  }

  public static void main(String[] args) {
    Vertx.vertx().deployVerticle(new PriceService(args[0], args[1]));
  }

  @Override
  public Future<?> start() {
    client = vertx.createWebSocketClient();
    connect();
    return Future.succeededFuture();
  }

  private void connect() {
    client
        .connect(new WebSocketConnectOptions().setAbsoluteURI(url))
        .onSuccess(this::converse)
        .onFailure(this::again);
  }

  private void converse(WebSocket socket) {
    socket.textMessageHandler(text -> told(socket, text));
    socket.closeHandler(
        closed -> again(new Exception(socket.closeStatusCode() + " " + socket.closeReason())));
    sendToken(socket);
  }

  /** After a restart of the server, not all clients should be back at the same moment. */
  private void again(Throwable why) {
    System.out.println("closed: " + why.getMessage());
    vertx.setTimer(ThreadLocalRandom.current().nextLong(500, 2_000), retry -> connect());
  }

  /** Read anew each time, so that whoever issues tokens only has to replace the file. */
  private void sendToken(WebSocket socket) {
    vertx
        .fileSystem()
        .readFile(tokenFile)
        .map(token -> new JsonObject().put("type", "auth").put("token", token.toString().strip()))
        .compose(auth -> send(socket, auth))
        .onFailure(cause -> System.out.println("no token: " + cause.getMessage()));
  }

  private void told(WebSocket socket, String text) {
    // A bad first token is told in plain text, before the connection is closed.
    JsonObject message =
        text.startsWith("{")
            ? new JsonObject(text)
            : new JsonObject().put("type", "err").put("message", text);
    switch (message.getString("type")) {
      case "auth" -> authenticated(socket, message);
      case "rec" -> answer(socket, message);
      case "pong" -> System.out.println("serving");
      case "err" -> System.out.println("refused: " + message.getString("message"));
      default -> {}
    }
  }

  /** After the first token and each refresh; a second registration changes nothing. */
  private void authenticated(WebSocket socket, JsonObject answer) {
    send(socket, new JsonObject().put("type", "register").put("address", "prices"));
    // A registration has no answer of its own, but is in force before this is read.
    send(socket, new JsonObject().put("type", "ping"));
    if (answer.containsKey("expiresAt")) {
      long left = answer.getLong("expiresAt") - System.currentTimeMillis();
      vertx.setTimer(Math.max(1, left * 2 / 3), due -> sendToken(socket));
    }
  }

  /** The address to answer at works once, and for this connection alone. */
  private void answer(WebSocket socket, JsonObject request) {
    String item = request.getJsonObject("body").getString("item");
    JsonObject price = new JsonObject().put("item", item).put("cents", CENTS.get(item));
    send(
        socket,
        new JsonObject()
            .put("type", "send")
            .put("address", request.getString("replyAddress"))
            .put("body", price.put("by", "java")));
  }

  private static Future<Void> send(WebSocket socket, JsonObject envelope) {
    return socket.isClosed()
        ? Future.succeededFuture()
        : socket.writeTextMessage(envelope.encode());
  }
}
