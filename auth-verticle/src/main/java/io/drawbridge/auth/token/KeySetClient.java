package io.drawbridge.auth.token;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fetches an issuer's documents over HTTP: at most {@value #LONGEST} bytes, within {@value
 * #SECONDS} s in all, no redirects. The certificate must be valid for the host.
 */
final class KeySetClient {
  private static final int LONGEST = 1024 * 1024;
  private static final int SECONDS = 5;

  private static final Pattern MAX_AGE = Pattern.compile("(?i)\\bmax-age=\"?(\\d{1,9})");

  private final Vertx vertx;
  private final HttpClient client;

  /**
   * @param ca who must have signed the certificates; null for those that Java trusts
   */
  KeySetClient(Vertx vertx, @Nullable Path ca) {
    this.vertx = vertx;
    HttpClientOptions options = new HttpClientOptions().setMaxHeaderSize(16 * 1024);
    if (ca != null) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(ca.toString()));
    }
    this.client = vertx.createHttpClient(options);
  }

  /**
   * @param maxAge how long it says that it is good; null where it does not
   */
  record Answer(byte[] body, @Nullable Duration maxAge) {}

  Future<Answer> get(String url) {
    // The connection has a time of its own, and what follows shares another.
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setAbsoluteURI(url)
            .setFollowRedirects(false)
            .setConnectTimeout(SECONDS * 1000L)
            .putHeader("Accept", "application/json, application/jwk-set+json");
    return client.request(options).compose(this::answer);
  }

  private Future<Answer> answer(HttpClientRequest request) {
    Promise<Answer> promise = Promise.promise();
    long timer =
        vertx.setTimer(
            SECONDS * 1000L, fired -> promise.tryFail(new IOException("no answer in time")));
    request.send().onSuccess(response -> read(response, promise)).onFailure(promise::tryFail);
    return promise
        .future()
        .onComplete(done -> vertx.cancelTimer(timer))
        .onFailure(cause -> request.reset());
  }

  private static void read(HttpClientResponse response, Promise<Answer> promise) {
    if (response.statusCode() != 200) {
      promise.tryFail(new IOException("status " + response.statusCode()));
      return;
    }
    Buffer body = Buffer.buffer();
    response.handler(
        part -> {
          if (body.length() + part.length() > LONGEST) {
            promise.tryFail(new IOException("an answer of more than 1 MiB"));
          } else {
            body.appendBuffer(part);
          }
        });
    response.exceptionHandler(promise::tryFail);
    response.endHandler(end -> promise.tryComplete(new Answer(body.getBytes(), maxAge(response))));
  }

  private static @Nullable Duration maxAge(HttpClientResponse response) {
    String header = response.getHeader("Cache-Control");
    Matcher told = MAX_AGE.matcher(header == null ? "" : header);
    return told.find() ? Duration.ofSeconds(Long.parseLong(told.group(1))) : null;
  }
}
