package io.drawbridge.deploy;

import io.drawbridge.auth.token.SecretFile;
import io.drawbridge.auth.token.TokenIssuer;
import io.drawbridge.config.Settings;
import io.drawbridge.guard.Time;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** What tests do with a whole server. */
public final class Servers {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final long PATIENCE_SECONDS = 20;

  private Servers() {}

  public static Server start(Settings settings) {
    return await(Server.start(settings));
  }

  public static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** A token that a server with these settings takes, issued so long ago. */
  public static String token(Settings settings, Duration ago) throws IOException {
    Vertx vertx = Vertx.vertx();
    try {
      InstantSource then = () -> Time.system().now().minus(ago);
      var secret = SecretFile.secret(settings.auth(), settings.data());
      return new TokenIssuer(vertx, settings.auth(), secret, then)
          .issue("ada", Duration.ofMinutes(5), "");
    } finally {
      await(vertx.close().toCompletionStage());
    }
  }

  public static HttpResponse<String> get(int port, String path, String... headers) {
    return request("GET", port, path, headers);
  }

  public static HttpResponse<String> get(String host, int port, String path, String... headers) {
    return request("GET", host, port, path, headers);
  }

  public static HttpResponse<String> request(
      String method, int port, String path, String... headers) {
    return request(method, "localhost", port, path, headers);
  }

  private static HttpResponse<String> request(
      String method, String host, int port, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .version(HttpClient.Version.HTTP_1_1);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
  }
}
