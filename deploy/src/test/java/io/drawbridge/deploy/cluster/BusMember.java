package io.drawbridge.deploy.cluster;

import io.drawbridge.config.ClusterSettings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.deploy.Servers;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import java.util.function.UnaryOperator;

/** Another application on the event bus of a cluster: this test. */
final class BusMember implements AutoCloseable {
  private final Vertx vertx;

  private BusMember(Vertx vertx) {
    this.vertx = vertx;
  }

  static BusMember of(Nodes nodes) {
    SettingsResult result =
        SettingsReader.read("cluster: {enabled: true, port: " + nodes.clusterPort() + "}");
    ClusterSettings settings = ((SettingsResult.Loaded) result).settings().cluster();
    var joined = ClusterNode.join(new VertxOptions(), settings, null, "test");
    return new BusMember(Servers.await(joined.toCompletionStage()).vertx());
  }

  /** Fails when nobody answers within 2 s, or with a failure. */
  JsonObject ask(String address, JsonObject body) {
    DeliveryOptions within = new DeliveryOptions().setSendTimeout(2_000);
    return Servers.await(
            vertx.eventBus().<JsonObject>request(address, body, within).toCompletionStage())
        .body();
  }

  void publish(String address, Object body) {
    vertx.eventBus().publish(address, body);
  }

  /** Answers what is asked at an address, from now on. */
  void serve(String address, UnaryOperator<Object> answer) {
    Servers.await(
        vertx
            .eventBus()
            .consumer(address, asked -> asked.reply(answer.apply(asked.body())))
            .completion()
            .toCompletionStage());
  }

  /** Publishes it again and again, until this is closed: who has just registered hears of it. */
  AutoCloseable repeat(String address, Object body) {
    long timer = vertx.setPeriodic(1, 50, again -> publish(address, body));
    return () -> vertx.cancelTimer(timer);
  }

  @Override
  public void close() {
    Servers.await(vertx.close().toCompletionStage());
  }
}
