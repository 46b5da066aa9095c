package io.drawbridge.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.Flood;
import io.drawbridge.deploy.Servers;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfEnvironmentVariable(
    named = "CI",
    matches = ".+",
    disabledReason = "takes minutes: runs where the variable CI is set")
@DisplayName("A cluster under load")
final class UnderLoadTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CALLERS = 8;
  private static final int PER_SECOND = 500;

  @TempDir private Path folder = Path.of("");

  /** Each number that the service was asked for. */
  private final Set<Long> accepted = ConcurrentHashMap.newKeySet();

  private void serve(BusMember bus) {
    bus.serve(
        Callers.SERVICE,
        body -> {
          accepted.add(((Number) body).longValue());
          return body;
        });
  }

  private static Nodes settings(Nodes nodes) {
    return nodes
        .with("bridge.inbound", "[{address: " + Callers.SERVICE + "}]")
        .with("limits.keyMessages", PER_SECOND + "/s")
        .with("limits.connectRate", "1000/s")
        .with("auth.limits.keyMessages", "10000/s")
        .with("auth.sessionsPerUser", "100")
        .with("limits.ping", "10m")
        .with("echo.prefix", "")
        .with("guard.perPeerPerMinute", "1000");
  }

  @Test
  void losesNothingWhenOneProcessAfterTheOtherIsRestarted() throws Exception {
    try (Nodes nodes = settings(Nodes.in(folder))) {
      NodeProcess guard = nodes.launch("guard,ops");
      NodeProcess otherGuard = nodes.launch("guard,ops");
      NodeProcess auth = nodes.launch("auth,ops");
      NodeProcess otherAuth = nodes.launch("auth,ops");
      for (NodeProcess each : List.of(guard, otherGuard, auth, otherAuth)) {
        each.awaitReady();
      }
      Set<String> told = new HashSet<>();
      try (BusMember bus = BusMember.of(nodes)) {
        serve(bus);
        Callers callers = Callers.ofService(nodes.token("ada"), CALLERS, auth, otherAuth);
        await().atMost(PATIENCE).until(() -> callers.answered() > 100);

        NodeProcess other = auth;
        for (NodeProcess each : List.of(guard, otherGuard, otherAuth, auth)) {
          told.addAll(FailuresTest.refused(other, "auth", 5));
          each.terminate();
          told.addAll(FailuresTest.refused(other, "auth", 5));
          assertThat(each.exitStatus()).isZero();
          NodeProcess again = nodes.restart(each);
          await().atMost(PATIENCE).until(again::isReady);
          if (each == otherAuth || each == auth) {
            callers.replace(each, again);
            other = again;
          }
        }
        callers.close();

        assertThat(callers.complaints()).isEmpty();
        Map<Long, String> lost =
            callers.unanswered().entrySet().stream()
                .filter(each -> accepted.contains(each.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertThat(lost).as("accepted, and not answered").isEmpty();
        System.out.printf(
            "rolling restart: %d requests answered, %d to be sent again, longest pause %s%n",
            callers.answered(), callers.unanswered().size(), callers.longestPause());
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> assertThat(FailuresTest.logged(guard, otherGuard)).containsAll(told));
      }
    }
  }

  @Test
  void servesOnWhicheverProcessIsKilled() throws Exception {
    try (Nodes nodes = settings(Nodes.in(folder))) {
      NodeProcess guard = nodes.launch("guard,ops");
      NodeProcess otherGuard = nodes.launch("guard,ops");
      NodeProcess auth = nodes.launch("auth,ops");
      NodeProcess otherAuth = nodes.launch("auth,ops");
      NodeProcess echo = nodes.launch("echo,ops");
      NodeProcess otherEcho = nodes.launch("echo,ops");
      for (NodeProcess each : List.of(guard, otherGuard, auth, otherAuth, echo, otherEcho)) {
        each.awaitReady().awaitNodes(6);
      }
      try (BusMember bus = BusMember.of(nodes);
          Flood one = new Flood("127.0.0.1", echo.port("echo"), 2);
          Flood other = new Flood("127.0.0.1", otherEcho.port("echo"), 2)) {
        serve(bus);
        Callers callers = Callers.ofService(nodes.token("ada"), CALLERS, auth, otherAuth);
        await().atMost(PATIENCE).until(() -> callers.answered() > 100);
        bus.ask(
            "drawbridge.guard.bans",
            new JsonObject("{\"op\":\"ban\",\"subject\":\"user:eve\",\"forMs\":600000}"));
        Set<String> told = FailuresTest.refused(echo, "echo", 10);
        callers.longestPause();
        int before = one.passed() + other.passed();

        guard.kill();
        told.addAll(FailuresTest.refused(echo, "echo", 10));
        await()
            .atMost(PATIENCE)
            .until(() -> one.passed() + other.passed() > before + 10 * PER_SECOND);

        System.out.printf(
            "guard killed: longest pause %s, messages above the limit at most %s%n",
            callers.longestPause(), Flood.excess(PER_SECOND, List.of(one, other)));
        assertThat(Flood.excess(PER_SECOND, List.of(one, other))).isNotPositive();
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(() -> FailuresTest.bans(bus).contains("user:eve"));
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> assertThat(FailuresTest.logged(guard, otherGuard)).containsAll(told));

        callers.longestPause();
        long answered = callers.answered();
        auth.kill();
        await().atMost(PATIENCE).until(() -> callers.answered() > answered + 200 * CALLERS);
        System.out.printf("secure edge killed: longest pause %s%n", callers.longestPause());

        // A reader that is cut off in the middle of a frame would fail the test, whoever waits.
        other.close();
        Callers echoed = Callers.ofEcho(2, echo, otherEcho);
        await().atMost(PATIENCE).until(() -> echoed.answered() > 100);
        echoed.longestPause();
        otherEcho.kill();
        long then = echoed.answered();
        await().atMost(PATIENCE).until(() -> echoed.answered() > then + 200);
        System.out.printf("echo edge killed: longest pause %s%n", echoed.longestPause());
        echoed.close();
        assertThat(echoed.complaints()).isEmpty();
        assertThat(Servers.get(echo.port("echo"), "/").statusCode()).isEqualTo(426);
        await().atMost(PATIENCE).until(otherGuard::isReady);
        callers.close();

        assertThat(callers.complaints()).isEmpty();
      }
    }
  }
}
