package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Settings;
import io.drawbridge.deploy.JdkClient;
import io.drawbridge.deploy.Servers;
import io.drawbridge.deploy.TestSettings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole server that logs all that it and its libraries can log. */
class SecrecyTest {
  private static final String SECRET = "s3cret-of-32-bytes-or-more-for-the-tests-alone";
  private static final String OTHER_SECRET = "an0ther-of-32-bytes-or-more-for-the-tests-alone";
  private static final String OPS_TOKEN = "0ps-token-for-the-tests-alone";
  private static final String BODY = "a very private body";
  private static final String JUNK = "junk that may be a mistyped password";

  static final String EVERYTHING =
      """
      <configuration>
        <appender name="A" class="ch.qos.logback.core.ConsoleAppender">
          <target>System.err</target>
          <encoder><pattern>%level %logger - %msg%n%ex{full}</pattern></encoder>
        </appender>
        <root level="TRACE"><appender-ref ref="A" /></root>
      </configuration>
      """;

  @TempDir private Path folder = Path.of("");

  @Test
  void noTokenSecretOrBodyIsEverLogged() throws Exception {
    Path logback = Files.writeString(folder.resolve("everything.xml"), EVERYTHING);
    Settings settings = TestSettings.of(folder, "auth.secret", SECRET);
    Settings others = TestSettings.of(folder, "auth.secret", OTHER_SECRET);
    List<String> tokens =
        List.of(
            Servers.token(settings, Duration.ZERO),
            Servers.token(settings, Duration.ofHours(1)),
            Servers.token(others, Duration.ZERO));
    Map<String, String> environment =
        Map.of(
            Child.LOGGING,
            logback.toString(),
            "DRAWBRIDGE_AUTH_SECRET",
            SECRET,
            "DRAWBRIDGE_OPS_TOKEN",
            OPS_TOKEN,
            "DRAWBRIDGE_LIMITS_MESSAGE_SIZE",
            "4KiB",
            "DRAWBRIDGE_LIMITS_FRAME_SIZE",
            "4KiB");

    try (Child child = Child.start(folder, environment, "run")) {
      child.awaitReady();
      converse(child.port("auth"), tokens);
      echo(child.port("echo"));
      Servers.get(child.port("ops"), "/metrics", "Authorization", "Bearer " + OPS_TOKEN);
      Servers.get(child.port("ops"), "/readyz", "Authorization", "Bearer " + JUNK);
      child.terminate();
      assertThat(child.exitStatus()).isZero();
      assertThat(child.err()).contains("TRACE ", "DEBUG ");
    }

    assertThat(Files.readString(TestSettings.log(folder)))
        .contains("INVALID_TOKEN", "TOKEN_EXPIRED", "INVALID_MESSAGE", "MESSAGE_TOO_BIG");
    for (Path file : files()) {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(text)
          .as(file.toString())
          .doesNotContain(SECRET, OTHER_SECRET, OPS_TOKEN, BODY, JUNK, "eyJ");
      for (String token : tokens) {
        assertThat(text).as(file.toString()).doesNotContain(token.split("\\.", -1)[2]);
      }
    }
  }

  private static void converse(int port, List<String> tokens) throws InterruptedException {
    JdkClient good = JdkClient.connect(port).send(tokens.get(0)).expect("Authenticated!");
    good.send(envelope("echo").encode());
    good.send(envelope("no.such.address").encode());
    good.send("{\"type\":\"send\",\"address\":\"echo\",\"body\":\"" + BODY);
    good.send(new JsonObject().put("type", BODY).encode());
    good.send(envelope("echo").put("headers", BODY).encode());
    good.send(BODY.repeat(1_000)).closed();
    JdkClient.connect(port).send(tokens.get(1)).expect("Token Expired").closed();
    JdkClient.connect(port).send(tokens.get(2)).expect("Invalid Token").closed();
    JdkClient.connect(port).send(JUNK).expect("Invalid Token").closed();
    JdkClient.connect(port).send("{\"token\":\"" + JUNK + "\"}").expect("Invalid Token").closed();
  }

  private static JsonObject envelope(String address) {
    return new JsonObject()
        .put("type", "send")
        .put("address", address)
        .put("replyAddress", "reply-1")
        .put("headers", new JsonObject().put("Authorization", JUNK))
        .put("body", new JsonObject().put("private", BODY));
  }

  private static void echo(int port) throws InterruptedException {
    JdkClient.connect(port).send(BODY).expect("Server received: " + BODY).close();
    JdkClient.connect(port).send(BODY.repeat(1_000)).closed();
  }

  /** All that it wrote: its standard output and error, its logs, its data. */
  private List<Path> files() throws IOException {
    await().until(() -> Files.exists(TestSettings.log(folder)));
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
