package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Role;
import io.drawbridge.config.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServerTest {
  private static final Pattern SENT_AWAY =
      Pattern.compile("SHUTTING_DOWN \\[retry \\d+s] \\[ref ([^]]+)]");

  @TempDir private Path folder = Path.of("");

  @Test
  void runsAllRoles() throws Exception {
    Settings settings = TestSettings.of(folder);
    Server server = Servers.start(settings);
    try {
      JdkClient.connect(server.port(Role.ECHO)).send("hi").expect("Server received: hi").close();
      JdkClient.connect(server.port(Role.AUTH))
          .send(Servers.token(settings, Duration.ZERO))
          .expect("Authenticated!")
          .close();
      assertThat(Servers.get(server.port(Role.OPS), "/readyz").statusCode()).isEqualTo(200);
    } finally {
      Servers.await(server.stop());
    }
  }

  @Test
  void runsNoRoleThatItWasNotToldToRun() throws Exception {
    Server server = Servers.start(TestSettings.of(folder, "roles", "echo,guard"));
    try {
      assertThat(server.port(Role.AUTH)).isZero();
      assertThat(server.port(Role.OPS)).isZero();
      JdkClient.connect(server.port(Role.ECHO)).send("hi").expect("Server received: hi").close();
    } finally {
      Servers.await(server.stop());
    }
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void severalInstancesShareOnePort() throws Exception {
    Server server =
        Servers.start(TestSettings.of(folder, "roles", "echo,guard", "echo.instances", "3"));
    try {
      for (int i = 0; i < 6; i++) {
        JdkClient.connect(server.port(Role.ECHO)).send("hi").expect("Server received: hi").close();
      }
    } finally {
      Servers.await(server.stop());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Role.class,
      names = {"ECHO", "AUTH", "OPS"})
  void saysWhichPortIsTakenAndLeavesNothingBehind(Role role) throws Exception {
    Set<Thread> before = eventLoops();
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String name = role.name().toLowerCase(Locale.ROOT);
      Settings settings =
          TestSettings.of(folder, name + ".port", String.valueOf(other.getLocalPort()));

      assertThatThrownBy(() -> Servers.start(settings))
          .rootCause()
          .hasMessageContaining("Address already in use");
      assertThatThrownBy(() -> Servers.start(settings))
          .cause()
          .isInstanceOf(IOException.class)
          .hasMessage(
              "%s can't listen on localhost:%d: Address already in use",
              name, other.getLocalPort());
    }
    await().untilAsserted(() -> assertThat(eventLoops()).isSubsetOf(before));
  }

  @Test
  void saysWhichHostIsUnknown() {
    Settings settings = TestSettings.of(folder, "echo.host", "no.such.host.invalid");

    assertThatThrownBy(() -> Servers.start(settings))
        .cause()
        .hasMessageStartingWith("echo can't listen on no.such.host.invalid:0: ");
  }

  @Test
  void sendsItsClientsAwayAndFreesItsPorts() throws Exception {
    Server server = Servers.start(TestSettings.of(folder));
    JdkClient echo = JdkClient.connect(server.port(Role.ECHO));
    JdkClient auth = JdkClient.connect(server.port(Role.AUTH));

    Servers.await(server.stop());

    assertThat(echo.closed().code()).isEqualTo(1012);
    assertThat(echo.closed().reason()).matches(SENT_AWAY);
    assertThat(auth.closed().code()).isEqualTo(1012);
    for (Role role : Set.of(Role.ECHO, Role.AUTH, Role.OPS)) {
      try (ServerSocket again =
          new ServerSocket(server.port(role), 1, InetAddress.getLoopbackAddress())) {
        assertThat(again.isBound()).isTrue();
      }
    }
  }

  @Test
  void whatItToldItsClientsIsInTheLogWhenItHasStopped() throws Exception {
    Server server = Servers.start(TestSettings.of(folder));
    JdkClient echo = JdkClient.connect(server.port(Role.ECHO));

    Servers.await(server.stop());

    Matcher reason = SENT_AWAY.matcher(echo.closed().reason());
    assertThat(reason.matches()).isTrue();
    assertThat(Files.readAllLines(TestSettings.log(folder)))
        .map(JsonObject::new)
        .anySatisfy(
            event -> {
              assertThat(event.getString("id")).isEqualTo(reason.group(1));
              assertThat(event.getString("kind")).isEqualTo("SHUTTING_DOWN");
              assertThat(event.getInteger("closeCode")).isEqualTo(1012);
            });
  }

  @Test
  void drainsBothEdgesAtOnce() {
    Server server = Servers.start(TestSettings.of(folder, "drain.over", "4s"));
    JdkClient echo = JdkClient.connect(server.port(Role.ECHO));
    JdkClient first = JdkClient.connect(server.port(Role.AUTH));
    JdkClient second = JdkClient.connect(server.port(Role.AUTH));

    CompletionStage<Void> stopped = server.stop();

    assertThat(echo.closed().code()).isEqualTo(1012);
    assertThat(first.isClosed() && second.isClosed()).isFalse();
    Servers.await(stopped);
  }

  @Test
  void takesNobodyInWhileItDrains() {
    Server server = Servers.start(TestSettings.of(folder, "drain.over", "4s"));
    int ops = server.port(Role.OPS);
    JdkClient first = JdkClient.connect(server.port(Role.ECHO));
    JdkClient.connect(server.port(Role.ECHO));

    CompletionStage<Void> stopped = server.stop();

    assertThat(first.closed().code()).isEqualTo(1012);
    assertThatThrownBy(() -> JdkClient.connect(server.port(Role.ECHO)))
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(503));
    assertThat(Servers.get(ops, "/readyz").statusCode()).isEqualTo(503);
    Servers.await(stopped);
  }

  @Test
  void countsUnderNamesOfItsOwn() throws Exception {
    Server server = Servers.start(TestSettings.of(folder));
    try {
      JdkClient.connect(server.port(Role.ECHO)).send("hi").expect("Server received: hi").close();

      String metrics = Servers.get(server.port(Role.OPS), "/metrics").body();

      assertThat(metrics.lines().filter(line -> !line.startsWith("#")))
          .isNotEmpty()
          .allMatch(line -> line.startsWith("drawbridge_"));
      assertThat(metrics)
          .contains("drawbridge_handshakes_total{edge=\"echo\",outcome=\"ADMITTED\"} 1.0")
          .contains("drawbridge_connections ");
    } finally {
      Servers.await(server.stop());
    }
  }

  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      architectures = {"amd64", "aarch64"})
  void theNativeTransportIsThere() {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    try {
      assertThat(vertx.isNativeTransportEnabled()).isTrue();
    } finally {
      Servers.await(vertx.close().toCompletionStage());
    }
  }

  private static Set<Thread> eventLoops() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("vert.x-eventloop"))
        .collect(Collectors.toSet());
  }
}
