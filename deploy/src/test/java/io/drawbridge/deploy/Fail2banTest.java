package io.drawbridge.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Settings;
import io.drawbridge.guard.ErrorEvent;
import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.GuardVerticle;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What fail2ban itself makes of our filter, our jail, and a log that a real guard has written.
 * Skipped where it is not installed, except in continuous integration (variable {@code CI}).
 */
class Fail2banTest {
  private static final Path FILES = Path.of("src", "main", "fail2ban").toAbsolutePath();
  private static final String VICTIM = "198.51.100.1";

  /** A line of its report, such as {@code | 192.0.2.1 Sun Nov 22 18:00:00 2026}. */
  private static final Pattern FOUND =
      Pattern.compile("^\\|      (\\S+)  \\w{3} \\w{3} \\d", Pattern.MULTILINE);

  private final List<ErrorEvent> events = new ArrayList<>();

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void needsFail2ban() throws InterruptedException {
    ForeignProgram.needs("Debian's package fail2ban", Path.of("."), "fail2ban-regex", "--version");
  }

  private void happened(String kind, String peer, String detail, int closeCode) {
    events.add(
        new ErrorEvent(
            UUID.randomUUID().toString(),
            Instant.parse("2026-11-22T18:00:00Z").plusMillis(100L * events.size()),
            kind,
            "auth",
            "node-1",
            peer,
            detail,
            detail,
            detail,
            closeCode,
            0));
  }

  /** The addresses that it would count, in order, one for each line. */
  private List<String> found() throws IOException, InterruptedException {
    Settings settings = TestSettings.of(folder);
    Vertx vertx = Vertx.vertx();
    try {
      Node node = new Node("node-1", Time.system(), new SimpleMeterRegistry());
      JsonArray bodies = new JsonArray();
      events.forEach(event -> bodies.add(event.toJson()));
      Servers.await(
          vertx
              .deployVerticle(new GuardVerticle(settings, node))
              .compose(
                  guard ->
                      vertx
                          .eventBus()
                          .request(GuardBus.ERRORS, new JsonObject().put("events", bodies)))
              .toCompletionStage());
    } finally {
      Servers.await(vertx.close().toCompletionStage());
    }
    String report =
        run(
            "fail2ban-regex",
            "-v",
            TestSettings.log(folder).toString(),
            "./filter.d/drawbridge.conf");
    assertThat(report).contains("Lines: " + events.size() + " lines");
    return FOUND.matcher(report).results().map(result -> result.group(1)).toList();
  }

  private static String run(String... command) throws IOException, InterruptedException {
    // From there, since it takes a path with a blank in it for an expression.
    Process process =
        new ProcessBuilder(command).directory(FILES.toFile()).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(text).isTrue();
      assertThat(process.exitValue()).as(text).isZero();
      return text;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void countsThePeersOfStrikesAndNoOthers() throws Exception {
    happened("BAD_HANDSHAKE", "192.0.2.1", "no key", 0);
    happened("CONNECTION_LOST", "192.0.2.2", "", 1006);
    happened("PROTOCOL_ERROR", "2001:db8::3", "reserved bit", 1002);
    happened("TOKEN_EXPIRED", "192.0.2.4", "expired", 3000);
    happened("INVALID_TOKEN", "192.0.2.5", "signature", 3000);
    happened("SHUTTING_DOWN", "192.0.2.6", "", 1012);
    happened("INTERNAL_ERROR", "192.0.2.7", "", 1011);
    happened("PROTOCOL_ERROR", "*", "more of the same, left out", 0);

    assertThat(found()).containsExactly("192.0.2.1", "2001:db8::3", "192.0.2.5");
  }

  @Test
  void countsARateOnlyWhereItEndedTheConnection() throws Exception {
    happened("RATE_LIMITED", "192.0.2.1", "throttled", 0);
    happened("RATE_LIMITED", "192.0.2.2", "x\",\"closeCode\":1013}", 0);
    happened("RATE_LIMITED", "192.0.2.3", "throttled for long", 1013);

    assertThat(found()).containsExactly("192.0.2.3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\",\"kind\":\"BAD_HANDSHAKE\",\"edge\":\"auth\",\"node\":\"n\",\"peer\":\""
            + VICTIM
            + "\"}",
        "\n{\"id\":\"x\",\"at\":\"2026-11-22T18:00:00Z\",\"kind\":\"BAD_HANDSHAKE\",\"edge\":\"auth\","
            + "\"node\":\"n\",\"peer\":\""
            + VICTIM
            + "\"}\n",
        "\\\",\"peer\":\"" + VICTIM + "\"",
        VICTIM,
        "peer=" + VICTIM + " <HOST> %(ADDR)s",
        "\u2028{\"id\":\"x\",,\"kind\":\"BAD_HANDSHAKE\",\"peer\":\"" + VICTIM + "\"}",
      })
  void canNotBeMadeToCountAnother(String evil) throws Exception {
    happened("CONNECTION_LOST", "192.0.2.1", evil, 1006);
    happened("PROTOCOL_ERROR", "192.0.2.2", evil, 1002);
    happened(evil, "192.0.2.3", evil, 0);
    happened("PROTOCOL_ERROR", evil.equals(VICTIM) ? "x" : evil, evil, 0);

    assertThat(found()).containsExactly("192.0.2.2");
  }

  @Test
  void takesOurJail() throws Exception {
    Path configuration = folder.resolve("fail2ban");
    copy(Path.of("/etc/fail2ban"), configuration);
    Files.deleteIfExists(configuration.resolve("jail.d/defaults-debian.conf"));
    copy(FILES, configuration);
    Path jail = configuration.resolve("jail.d/drawbridge.conf");
    Path log = Files.createFile(TestSettings.log(folder));
    String text = Files.readString(jail);
    assertThat(text).contains("/var/log/drawbridge/websocket_errors.log");
    Files.writeString(
        jail, text.replace("/var/log/drawbridge/websocket_errors.log", log.toString()));

    assertThat(run("fail2ban-client", "-c", configuration.toString(), "-t")).contains("OK");
    assertThat(run("fail2ban-client", "-c", configuration.toString(), "-d"))
        .contains("'add', 'drawbridge'", "'maxretry', 10", log.toString());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target);
        }
      }
    }
  }
}
