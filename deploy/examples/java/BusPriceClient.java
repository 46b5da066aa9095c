import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.Scanner;

/**
 * Asks the address {@code prices} from the clustered event bus, with nothing of Drawbridge's code,
 * whoever serves it: another program on the bus, or a client of the WebSocket port. A line {@code
 * >USER TEXT} tells all sessions of a user something instead. Started like {@code
 * BusPriceService.java}.
 */
public class BusPriceClient {
  public static void main(String[] args) {
    EventBusOptions loopback = new EventBusOptions().setHost("127.0.0.1");
    Vertx.builder()
        .with(new VertxOptions().setEventBusOptions(loopback))
        .buildClustered()
        .onSuccess(BusPriceClient::read)
        .onFailure(
            cause -> {
              cause.printStackTrace();
              System.exit(1);
            });
  }

  /** On a thread of its own: reading waits. */
  private static void read(Vertx vertx) {
    new Thread(
            () -> {
              Scanner lines = new Scanner(System.in);
              while (lines.hasNextLine()) {
                take(vertx, lines.nextLine());
              }
              vertx.close();
            })
        .start();
  }

  private static void take(Vertx vertx, String line) {
    if (line.startsWith(">")) {
      String[] parts = line.substring(1).split(" ", 2);
      vertx.eventBus().publish("drawbridge.user." + parts[0], parts[1]);
      System.out.println("told " + parts[0]);
      return;
    }
    vertx
        .eventBus()
        .<JsonObject>request("prices", new JsonObject().put("item", line))
        .onSuccess(reply -> System.out.println(line + ": " + price(reply.body())))
        .onFailure(cause -> System.out.println(line + ": failed, " + words(cause)));
  }

  private static String price(JsonObject answer) {
    return answer.getInteger("cents") + " by " + answer.getString("by");
  }

  private static String words(Throwable cause) {
    return cause instanceof ReplyException failure
        ? failure.failureCode() + " " + failure.getMessage()
        : cause.getMessage();
  }
}
