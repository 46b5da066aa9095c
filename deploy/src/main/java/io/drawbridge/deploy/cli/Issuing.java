package io.drawbridge.deploy.cli;

import io.drawbridge.auth.token.SigningKey;
import io.drawbridge.auth.token.TokenIssuer;
import io.drawbridge.auth.token.TokenOrder;
import io.drawbridge.config.Settings;
import io.drawbridge.guard.Time;
import io.vertx.core.Vertx;

/** Issues one token, for the commands that need one. */
final class Issuing {
  private Issuing() {}

  static String token(Settings settings, SigningKey key, TokenOrder order) {
    Vertx vertx = Vertx.vertx();
    try {
      return new TokenIssuer(vertx, settings.auth(), key, Time.system().wall()).issue(order);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
