import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * Serves the address {@code prices} as a verticle on the clustered event bus, with nothing of
 * Drawbridge's code: {@code java -Dvertx.hazelcast.config=java/cluster.xml
 * -Ddrawbridge.node=127.0.0.1:5701 -cp drawbridge.jar java/BusPriceService.java}.
 *
 * <p>It uses the guard as any service may: whoever asks for what there is not stands in the error
 * log, each caller's requests count against the same limit as the messages of the edges, and what
 * the guard has logged is printed.
 */
public class BusPriceService extends VerticleBase {
  private static final Map<String, Integer> CENTS = Map.of("tea", 240, "coffee", 310);

  public static void main(String[] args) {
    EventBusOptions loopback = new EventBusOptions().setHost("127.0.0.1");
    Vertx.builder()
        .with(new VertxOptions().setEventBusOptions(loopback))
        .buildClustered()
        .compose(vertx -> vertx.deployVerticle(new BusPriceService()))
        .onSuccess(served -> System.out.println("serving"))
        .onFailure(
            cause -> {
              cause.printStackTrace();
              System.exit(1);
            });
  }

  @Override
  public Future<?> start() {
    var bus = vertx.eventBus();
    var errors = bus.<JsonObject>consumer("drawbridge.errors", event -> logged(event.body()));
    var prices = bus.<JsonObject>consumer("prices", this::asked);
    return Future.all(errors.completion(), prices.completion());
  }

  private void asked(Message<JsonObject> request) {
    // Drawbridge says who asks; no client can set this header.
    String user = request.headers().get("drawbridge-user");
    permitted(user)
        .onSuccess(waitMs -> answer(request, user, waitMs))
        .onFailure(silent -> answer(request, user, 0));
  }

  /**
   * For how many more milliseconds the user must wait; 0 for not at all, as for another service,
   * which has no user.
   */
  private Future<Long> permitted(String user) {
    if (user == null) {
      return Future.succeededFuture(0L);
    }
    JsonObject one =
        new JsonObject().put("limit", "keyMessages").put("key", "user:" + user).put("want", 1);
    return vertx
        .eventBus()
        .<JsonObject>request("drawbridge.guard.limits", one)
        .map(lent -> lent.body().getLong("retryAfterMs", 0L));
  }

  private void answer(Message<JsonObject> request, String user, long waitMs) {
    String item = request.body().getString("item");
    Integer cents = CENTS.get(item);
    if (waitMs > 0) {
      request.fail(429, "come back in " + waitMs + " ms");
    } else if (cents == null) {
      report(user, "no such item");
      request.fail(404, "no such item");
    } else {
      request.reply(
          new JsonObject().put("item", item).put("cents", cents).put("by", "java on the bus"));
    }
  }

  /** Once this is answered, it is in the error log. */
  private void report(String user, String detail) {
    JsonObject event =
        new JsonObject()
            .put("id", UUID.randomUUID().toString())
            .put("at", Instant.now().toString())
            .put("kind", "NO_SUCH_ITEM")
            .put("edge", "prices")
            .put("node", "prices")
            .put("peer", "prices")
            .put("user", user == null ? "a service" : user)
            .put("detail", detail);
    vertx
        .eventBus()
        .request("drawbridge.guard.errors", new JsonObject().put("events", new JsonArray().add(event)))
        .onFailure(cause -> System.out.println("not logged: " + cause.getMessage()));
  }

  private static void logged(JsonObject event) {
    System.out.println("logged: " + event.getString("kind") + " of " + event.getString("user"));
  }
}
