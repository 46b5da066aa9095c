package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Settings;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Bans, over the event bus of a real guard")
class BanRegistryTest {
  private static final String IP = "ip:192.0.2.1";
  private static final String USER = "user:ada";
  private static final String SETTINGS =
      "firewall: { strikes: 3, window: 1m, banFor: 5m, banMax: 20m }\n";

  private final ManualTime time = new ManualTime();
  private final Loop loop = new Loop();
  private final Path file;
  private final Settings settings;
  private final List<JsonObject> published = Collections.synchronizedList(new ArrayList<>());
  private String guard = "";
  private int events;

  BanRegistryTest(@TempDir Path folder) {
    settings = Given.settings(folder.resolve("errors.log"), SETTINGS);
    file = folder.resolve("data").resolve("bans.json");
  }

  @BeforeEach
  void deploy() throws TimeoutException {
    guard = loop.deployGuard(settings, time.time());
    Loop.await(
        loop.vertx
            .eventBus()
            .<JsonObject>consumer(GuardBus.BAN_CHANGES, change -> published.add(change.body()))
            .completion());
  }

  @AfterEach
  void close() throws TimeoutException {
    loop.close();
  }

  private void restart() throws TimeoutException {
    Loop.await(loop.vertx.undeploy(guard));
    guard = loop.deployGuard(settings, time.time());
  }

  private void redeploy(String yaml) throws TimeoutException {
    Loop.await(loop.vertx.undeploy(guard));
    guard = loop.deployGuard(Given.settings(settings.guard().log(), yaml), time.time());
  }

  private JsonObject request(Object body) throws TimeoutException {
    return Loop.await(loop.vertx.eventBus().<JsonObject>request(GuardBus.BANS, body)).body();
  }

  private static JsonObject op(String op, String subject) {
    return new JsonObject().put("op", op).put("subject", subject);
  }

  private JsonArray bans() throws TimeoutException {
    return request(new JsonObject().put("op", "list")).getJsonArray("bans");
  }

  private List<String> banned() throws TimeoutException {
    return bans().stream().map(ban -> ((JsonObject) ban).getString("subject")).toList();
  }

  private long in(Duration duration) {
    return time.now().plus(duration).toEpochMilli();
  }

  private JsonObject event(ErrorKind kind) {
    return new JsonObject()
        .put("id", "id-" + ++events)
        .put("at", time.now().toString())
        .put("kind", kind.name())
        .put("edge", "echo")
        .put("node", "node-1")
        .put("peer", "192.0.2.1");
  }

  private void report(JsonObject... bodies) throws TimeoutException {
    JsonArray all = new JsonArray();
    List.of(bodies).forEach(all::add);
    Loop.await(loop.vertx.eventBus().request(GuardBus.ERRORS, new JsonObject().put("events", all)));
  }

  private void strike(int times) throws TimeoutException {
    for (int i = 0; i < times; i++) {
      report(event(ErrorKind.PROTOCOL_ERROR));
    }
  }

  @Nested
  final class Strikes {

    @Test
    void banAtTheLimit() throws Exception {
      strike(2);
      assertThat(banned()).isEmpty();

      strike(1);

      JsonObject ban =
          new JsonObject()
              .put("subject", IP)
              .put("until", in(Duration.ofMinutes(5)))
              .put("why", "3 strikes, the last PROTOCOL_ERROR")
              .put("since", in(Duration.ZERO));
      assertThat(bans()).containsExactly(ban);
      await().until(() -> published.size() == 1);
      assertThat(published)
          .containsExactly(
              new JsonObject()
                  .put("seq", 1)
                  .put("op", "ban")
                  .put("subject", IP)
                  .put("until", in(Duration.ofMinutes(5))));
    }

    @Test
    void banTheUserWhoIsKnownToo() throws Exception {
      report(event(ErrorKind.INVALID_MESSAGE).put("peer", "192.0.2.2").put("user", "ada"));
      report(event(ErrorKind.ACCESS_DENIED).put("user", "ada"));
      assertThat(banned()).isEmpty();
      report(event(ErrorKind.MESSAGE_TOO_BIG).put("user", "ada"));
      assertThat(banned()).containsExactly(USER);
      strike(1);
      assertThat(banned()).containsExactlyInAnyOrder(USER, IP);
    }

    @Test
    void countForOneAddressHoweverItIsWritten() throws Exception {
      report(
          event(ErrorKind.BAD_HANDSHAKE),
          event(ErrorKind.BAD_HANDSHAKE).put("peer", "::ffff:192.0.2.1"),
          event(ErrorKind.BAD_HANDSHAKE).put("peer", "::ffff:c000:201"));
      assertThat(banned()).containsExactly(IP);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "BANNED",
          "CONNECTION_LIMIT",
          "UNSUPPORTED_DATA",
          "SLOW_CONSUMER",
          "IDLE_TIMEOUT",
          "TOKEN_EXPIRED",
          "CONNECTION_LOST",
          "SHUTTING_DOWN",
          "INTERNAL_ERROR",
          "TIMEOUT",
          "NO_HANDLERS",
          "RECIPIENT_FAILURE",
          "PAYMENT_FAILED"
        })
    void areNoneOfTheseKinds(String kind) throws Exception {
      for (int i = 0; i < 5; i++) {
        report(event(ErrorKind.BANNED).put("kind", kind).put("closeCode", 3003));
      }
      assertThat(banned()).isEmpty();
    }

    @Test
    void areLimitsThatCloseAConnectionAndNotThoseThatHoldItBack() throws Exception {
      for (int i = 0; i < 5; i++) {
        report(event(ErrorKind.RATE_LIMITED));
      }
      assertThat(banned()).isEmpty();
      for (int i = 0; i < 3; i++) {
        report(event(ErrorKind.RATE_LIMITED).put("closeCode", 1013));
      }
      assertThat(banned()).containsExactly(IP);
    }

    @Test
    void areThoseTooThatWereLeftOutOfTheLogWhereItsLinesAreTooFewForABan() throws Exception {
      redeploy("firewall: { strikes: 10 }");
      strike(5);
      report(event(ErrorKind.PROTOCOL_ERROR).put("suppressed", 5));
      assertThat(banned()).containsExactly(IP);
    }

    @Test
    void areNotThoseThatWereLeftOutOfTheLogAndComeAfterAPardon() throws Exception {
      strike(3);
      request(op("unban", IP));
      report(event(ErrorKind.PROTOCOL_ERROR).put("suppressed", 100));
      assertThat(banned()).isEmpty();
    }

    @Test
    void areNotATrustedProxysWhichMayBeBannedByHand() throws Exception {
      redeploy("firewall: { strikes: 3 }\nproxy: { trusted: [192.0.2.0/24] }");
      strike(5);
      assertThat(banned()).isEmpty();
      request(op("ban", IP));
      assertThat(banned()).containsExactly(IP);
    }

    @Test
    void countOnceThoughTheirEventIsSentAgain() throws Exception {
      JsonObject again = event(ErrorKind.PROTOCOL_ERROR);
      for (int i = 0; i < 5; i++) {
        report(again);
      }
      assertThat(banned()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "unknown", "example.com", "192.0.2.0/24"})
    void countForNobodyWithoutAnAddress(String peer) throws Exception {
      report(event(ErrorKind.PROTOCOL_ERROR).put("peer", peer).put("suppressed", 1_000));
      assertThat(banned()).isEmpty();
    }

    @Test
    void areNoneOnceTheyAreOlderThanTheWindow() throws Exception {
      String old = time.now().minus(Duration.ofSeconds(70)).toString();
      for (int i = 0; i < 5; i++) {
        report(event(ErrorKind.PROTOCOL_ERROR).put("at", old));
      }
      assertThat(banned()).isEmpty();

      String justYoungEnough = time.now().minus(Duration.ofMillis(69_999)).toString();
      for (int i = 0; i < 3; i++) {
        report(event(ErrorKind.PROTOCOL_ERROR).put("at", justYoungEnough));
      }
      assertThat(banned()).containsExactly(IP);
    }

    @Test
    void areForgottenAfterTheWindow() throws Exception {
      strike(2);
      time.advance(Duration.ofMinutes(1));
      strike(2);
      assertThat(banned()).isEmpty();
    }

    @Test
    void neitherExtendABanNorCountAfterIt() throws Exception {
      strike(3);
      strike(10);
      assertThat(published).hasSizeLessThanOrEqualTo(1);

      time.advance(Duration.ofMinutes(5));
      assertThat(banned()).isEmpty();
      strike(2);
      assertThat(banned()).isEmpty();
    }

    @Test
    void banForTwiceAsLongEachTime() throws Exception {
      for (long minutes : List.of(5L, 10L, 20L, 20L)) {
        strike(3);
        assertThat(bans().getJsonObject(0).getLong("until"))
            .isEqualTo(in(Duration.ofMinutes(minutes)));
        time.advance(Duration.ofMinutes(minutes));
        assertThat(banned()).isEmpty();
      }
    }
  }

  @Nested
  final class Requests {

    @Test
    void banAndPardon() throws Exception {
      long until = in(Duration.ofSeconds(7));
      assertThat(request(op("ban", IP).put("forMs", 7_000).put("why", "spam")))
          .isEqualTo(
              new JsonObject()
                  .put("seq", 1)
                  .put("subject", IP)
                  .put("until", until)
                  .put("changed", true));
      assertThat(banned()).containsExactly(IP);
      assertThat(request(op("unban", IP)))
          .isEqualTo(
              new JsonObject()
                  .put("seq", 2)
                  .put("subject", IP)
                  .put("until", 0)
                  .put("changed", true));
      assertThat(banned()).isEmpty();
      await().until(() -> published.size() == 2);
      assertThat(published)
          .containsExactly(
              new JsonObject()
                  .put("seq", 1)
                  .put("op", "ban")
                  .put("subject", IP)
                  .put("until", until),
              new JsonObject().put("seq", 2).put("op", "unban").put("subject", IP).put("until", 0));
    }

    @Test
    void banForTheUsualTimeAndInTheOneForm() throws Exception {
      JsonObject answer = request(op("ban", "ip:::FFFF:192.0.2.1"));

      assertThat(answer.getString("subject")).isEqualTo(IP);
      assertThat(answer.getLong("until")).isEqualTo(in(Duration.ofMinutes(5)));
    }

    @Test
    void pardonNobodyWithoutAChange() throws Exception {
      assertThat(request(op("unban", USER)))
          .isEqualTo(
              new JsonObject()
                  .put("seq", 0)
                  .put("subject", USER)
                  .put("until", 0)
                  .put("changed", false));
      assertThat(published).isEmpty();
    }

    @Test
    void pardonStrikesAndFormerBansToo() throws Exception {
      strike(3);
      request(op("unban", IP));
      strike(2);
      request(op("unban", IP));
      strike(2);
      assertThat(banned()).isEmpty();
      strike(1);
      assertThat(bans().getJsonObject(0).getLong("until")).isEqualTo(in(Duration.ofMinutes(5)));
    }

    @Test
    void listOnlyANumberForOneWhoKnowsItAll() throws Exception {
      request(op("ban", IP));

      JsonObject list = new JsonObject().put("op", "list");
      assertThat(request(list.copy().put("known", 1))).isEqualTo(new JsonObject().put("seq", 1));
      assertThat(request(list.copy().put("known", 0)).getJsonArray("bans")).hasSize(1);
      assertThat(request(list.copy().put("known", 2)).getJsonArray("bans")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            null                                                | the body must be a JSON object
            {"op":"drop","subject":"ip:192.0.2.1"}              | op: must be ban, unban or list
            {"op":"ban","subject":"ip:192.0.2.0/24"}            | subject: must be ip: and a literal address, or user: and 1 to 256 characters without control characters
            {"op":"ban","subject":"ip:192.0.2.1","forMs":0}     | forMs: must be a whole number of milliseconds, 1 to 315360000000
            {"op":"ban","subject":"ip:192.0.2.1","why":{}}      | why: must be a string of at most 256 characters
            """)
    void failAndChangeNothingWhenTheyAreWrong(String body, String message) throws Exception {
      @Nullable Object json = body.equals("null") ? null : new JsonObject(body);

      assertThatThrownBy(() -> Loop.await(loop.vertx.eventBus().request(GuardBus.BANS, json)))
          .isInstanceOfSatisfying(
              ReplyException.class,
              refusal -> {
                assertThat(refusal.failureCode()).isEqualTo(400);
                assertThat(refusal).hasMessage(message);
              });
      assertThat(request(new JsonObject().put("op", "list")))
          .isEqualTo(new JsonObject().put("seq", 0).put("bans", new JsonArray()));
    }
  }

  @Nested
  final class Restarts {

    @Test
    void keepTheBansAndGoOnNumbering() throws Exception {
      strike(3);
      request(op("ban", USER).put("why", "by hand"));
      JsonArray before = bans();

      restart();

      assertThat(bans()).isEqualTo(before);
      assertThat(request(op("unban", USER)).getInteger("seq")).isEqualTo(3);
    }

    @Test
    void keepHowOftenSomebodyWasBanned() throws Exception {
      strike(3);
      time.advance(Duration.ofMinutes(6));
      restart();
      strike(3);

      assertThat(bans().getJsonObject(0).getLong("until")).isEqualTo(in(Duration.ofMinutes(10)));
    }

    @Test
    void forgetBansThatEndedMeanwhile() throws Exception {
      request(op("ban", IP));
      Loop.await(loop.vertx.undeploy(guard));
      time.advance(Duration.ofMinutes(5));
      guard = loop.deployGuard(settings, time.time());

      assertThat(banned()).isEmpty();
    }

    @Test
    void findEachBanThatWasAnswered() throws Exception {
      for (int i = 0; i < 20; i++) {
        request(op("ban", "user:" + i));
        assertThat(Files.readString(file)).contains("\"user:" + i + "\"");
      }
    }

    @Test
    void areNotPreventedByADamagedFile() throws Exception {
      request(op("ban", IP));
      Loop.await(loop.vertx.undeploy(guard));
      Files.writeString(file, "{\"seq\":1,\"bans\":[{");
      guard = loop.deployGuard(settings, time.time());

      assertThat(banned()).isEmpty();
      assertThat(file.resolveSibling("bans.json.damaged")).exists();
      assertThat(request(op("ban", IP)).getInteger("seq")).isEqualTo(1);
    }
  }

  @Test
  void bansThoughTheFileCantBeWritten() throws Exception {
    Files.createDirectories(file.getParent());
    Files.createDirectories(file.resolve("a folder where the file should be"));

    assertThat(request(op("ban", IP)).getBoolean("changed")).isTrue();
    assertThat(banned()).containsExactly(IP);
  }
}
