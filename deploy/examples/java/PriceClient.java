import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks for the price of each item that it reads, a line each: {@code java -cp drawbridge.jar
 * PriceClient.java URL TOKEN_FILE}.
 */
public class PriceClient {
  /** Longer than the time-out of the rule: the server is the first to give up, and says why. */
  private static final long PATIENCE_SECONDS = 15;

  private final Vertx vertx = Vertx.vertx();
  private final WebSocketClient client = vertx.createWebSocketClient();
  private final String url;
  private final String tokenFile;
  private final Map<String, Promise<JsonObject>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private volatile Promise<WebSocket> open = Promise.promise();

  PriceClient(String url, String tokenFile) {
    this.url = url;
    this.tokenFile = tokenFile;
  }

  public static void main(String[] args) throws Exception {
    PriceClient prices = new PriceClient(args[0], args[1]);
    prices.connect();
    var lines = new BufferedReader(new InputStreamReader(System.in));
    for (String item = lines.readLine(); item != null; item = lines.readLine()) {
      System.out.println(item + ": " + prices.told(item));
    }
    prices.vertx.close();
  }

  private String told(String item) {
    try {
      JsonObject price =
          ask("prices", new JsonObject().put("item", item))
              .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return price.getInteger("cents") + " by " + price.getString("by");
    } catch (Exception failure) {
      return "failed, " + failure.getMessage();
    }
  }

  Future<JsonObject> ask(String address, JsonObject body) {
    String replyAddress = "reply-" + numbers.incrementAndGet();
    Promise<JsonObject> answer = Promise.promise();
    waiting.put(replyAddress, answer);
    JsonObject request =
        new JsonObject()
            .put("type", "send")
            .put("address", address)
            .put("body", body)
            .put("replyAddress", replyAddress);
    open.future()
        .compose(socket -> socket.writeTextMessage(request.encode()))
        .onFailure(answer::tryFail);
    return answer.future().onComplete(done -> waiting.remove(replyAddress));
  }

  // --- the connection ---------------------------------------------------------------------------

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

  private void again(Throwable why) {
    open = Promise.promise();
    // Nobody knows whether the service has done it: whether to ask again is for the caller.
    waiting.values().forEach(each -> each.tryFail("connection lost, " + why.getMessage()));
    // After a restart of the server, not all clients should be back at the same moment.
    vertx.setTimer(ThreadLocalRandom.current().nextLong(500, 2_000), retry -> connect());
  }

  /** Read anew each time, so that whoever issues tokens only has to replace the file. */
  private void sendToken(WebSocket socket) {
    vertx
        .fileSystem()
        .readFile(tokenFile)
        .map(token -> new JsonObject().put("type", "auth").put("token", token.toString().strip()))
        .compose(auth -> socket.writeTextMessage(auth.encode()))
        .onFailure(cause -> System.err.println("no token: " + cause.getMessage()));
  }

  private void told(WebSocket socket, String text) {
    // A bad first token is told in plain text, before the connection is closed.
    JsonObject message =
        text.startsWith("{") ? new JsonObject(text) : new JsonObject().put("type", text);
    Promise<JsonObject> waiter = waiting.get(message.getString("address", ""));
    if (message.getString("type").equals("auth")) {
      authenticated(socket, message);
    } else if (waiter == null) {
      System.err.println("told: " + message);
    } else if (message.getString("type").equals("rec")) {
      waiter.tryComplete(message.getJsonObject("body"));
    } else {
      waiter.tryFail(message.getInteger("failureCode") + " " + message.getString("message"));
    }
  }

  private void authenticated(WebSocket socket, JsonObject answer) {
    open.tryComplete(socket);
    if (answer.containsKey("expiresAt")) {
      long left = answer.getLong("expiresAt") - System.currentTimeMillis();
      vertx.setTimer(Math.max(1, left * 2 / 3), due -> sendToken(socket));
    }
  }
}
