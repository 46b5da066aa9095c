package io.drawbridge.guard;

import static io.drawbridge.guard.Events.event;
import static io.drawbridge.guard.Events.events;
import static io.drawbridge.guard.Events.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GuardVerticleTest {
  private final ManualTime time = new ManualTime();
  private final Loop loop = new Loop();
  private final LogFile log;

  GuardVerticleTest(@TempDir Path folder) {
    log = new LogFile(folder.resolve("errors.log"));
  }

  @BeforeEach
  void deploy() throws TimeoutException {
    String limits =
        """
        limits: { keyMessages: 100/s }
        auth: { limits: { keyMessages: 7/s } }
        """;
    loop.deployGuard(Given.settings(log.path(), limits), time.time());
  }

  @AfterEach
  void close() throws TimeoutException {
    loop.close();
  }

  private Message<JsonObject> request(String address, @Nullable Object body)
      throws TimeoutException {
    return request(address, body, new DeliveryOptions());
  }

  private Message<JsonObject> request(
      String address, @Nullable Object body, DeliveryOptions options) throws TimeoutException {
    return Loop.await(loop.vertx.eventBus().request(address, body, options));
  }

  private void assertRefused(String address, @Nullable Object body, int code, String message) {
    assertThatThrownBy(() -> request(address, body))
        .isInstanceOfSatisfying(
            ReplyException.class,
            refusal -> {
              assertThat(refusal.failureCode()).isEqualTo(code);
              assertThat(refusal).hasMessage(message);
            });
  }

  @Nested
  @DisplayName("error events")
  final class Errors {

    @Test
    void areAcceptedOnceTheyAreInTheLog() throws Exception {
      Message<JsonObject> answer = request(GuardBus.ERRORS, Events.request(events(0, 5)));

      assertThat(log.ids()).isEqualTo(ids(events(0, 5)));
      assertThat(answer.body()).isEqualTo(new JsonObject().put("accepted", 5));
    }

    @Test
    void arePublishedAfterTheyWereLogged() throws Exception {
      List<JsonObject> published = Collections.synchronizedList(new ArrayList<>());
      List<String> loggedBefore = Collections.synchronizedList(new ArrayList<>());
      Loop.await(
          loop.vertx
              .eventBus()
              .<JsonObject>consumer(
                  GuardBus.LOGGED,
                  event -> {
                    loggedBefore.addAll(idsInTheLog());
                    published.add(event.body());
                  })
              .completion());

      request(GuardBus.ERRORS, Events.request(List.of(event("id-1"))));

      await().until(() -> published.size() == 1);
      assertThat(published).containsExactly(event("id-1").toJson());
      assertThat(loggedBefore).containsExactly("id-1");
    }

    private List<String> idsInTheLog() {
      try {
        return log.ids();
      } catch (IOException e) {
        return List.of();
      }
    }

    @Test
    void areLoggedAndPublishedOnceThoughTheyAreSentAgain() throws Exception {
      List<String> published = Collections.synchronizedList(new ArrayList<>());
      Loop.await(
          loop.vertx
              .eventBus()
              .<JsonObject>consumer(
                  GuardBus.LOGGED, event -> published.add(event.body().getString("id")))
              .completion());

      request(GuardBus.ERRORS, Events.request(events(0, 2)));
      Message<JsonObject> answer = request(GuardBus.ERRORS, Events.request(events(0, 3)));

      assertThat(answer.body().getInteger("accepted")).isEqualTo(3);
      assertThat(log.ids()).containsExactly("id-0", "id-1", "id-2");
      // One consumer hears in order: when the third is there, no repeat is still on its way.
      await().until(() -> published.contains("id-2"));
      assertThat(published).containsExactly("id-0", "id-1", "id-2");
    }

    @Test
    void mayBeNone() throws Exception {
      assertThat(request(GuardBus.ERRORS, Events.request(List.of())).body().getInteger("accepted"))
          .isZero();
      assertThat(log.lines()).isEmpty();
    }

    @Test
    void mayComeFromAnyServiceWithKindsOfItsOwn() throws Exception {
      JsonObject own = event("id-1").toJson().put("kind", "PAYMENT_FAILED").put("edge", "shop");

      request(GuardBus.ERRORS, new JsonObject().put("events", new JsonArray().add(own)));

      assertThat(log.events()).containsExactly(own);
    }

    static Stream<Arguments> badBodies() {
      JsonObject good = event("id-2").toJson();
      return Stream.of(
          Arguments.of(null, "the body must be a JSON object"),
          Arguments.of("text", "the body must be a JSON object"),
          Arguments.of(42, "the body must be a JSON object"),
          Arguments.of(new JsonArray().add(good), "the body must be a JSON object"),
          Arguments.of(new JsonObject(), "events: must be an array"),
          Arguments.of(new JsonObject().put("events", good), "events: must be an array"),
          Arguments.of(Events.request(events(0, 1_001)), "events: more than 1000"),
          Arguments.of(holding("text"), "the body must be a JSON object"),
          Arguments.of(holding(null), "the body must be a JSON object"),
          Arguments.of(holding(new JsonObject()), "id: missing"),
          Arguments.of(holding(good.copy().put("peer", 1)), "peer: must be a string"),
          Arguments.of(
              holding(good.copy().put("suppressed", -1)),
              "suppressed: must be a whole number, 0 or more"),
          Arguments.of(
              holding(good.copy().put("at", "soon")),
              "at: must be a time like 2026-11-22T18:00:00.000Z"));
    }

    private static JsonObject holding(@Nullable Object bad) {
      return new JsonObject().put("events", new JsonArray().add(event("id-1").toJson()).add(bad));
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void areAllRefusedWhereOneIsWrong(@Nullable Object body, String message) throws IOException {
      assertRefused(GuardBus.ERRORS, body, 400, message);

      assertThat(log.lines()).isEmpty();
    }

    @Test
    void areNotAcceptedWhileTheLogCantBeWritten() throws Exception {
      Files.createDirectory(log.path());

      for (int again = 0; again < 2; again++) {
        assertRefused(
            GuardBus.ERRORS, Events.request(events(0, 2)), 503, "the error log can't be written");
      }
      Files.delete(log.path());

      assertThat(
              request(GuardBus.ERRORS, Events.request(events(0, 2))).body().getInteger("accepted"))
          .isEqualTo(2);
      assertThat(log.ids()).containsExactly("id-0", "id-1");
    }

    @Test
    void areInTheFileWhenTheGuardIsGone() throws Exception {
      request(GuardBus.ERRORS, Events.request(events(0, 2)));
      for (String id : loop.vertx.deploymentIDs()) {
        Loop.await(loop.vertx.undeploy(id));
      }

      assertThat(log.ids()).containsExactly("id-0", "id-1");
      assertThatThrownBy(() -> request(GuardBus.ERRORS, Events.request(events(2, 3))))
          .isInstanceOf(ReplyException.class);
    }
  }

  @Nested
  @DisplayName("permits")
  final class Limits {

    private JsonObject ask(String limit, Object want) {
      return new JsonObject().put("limit", limit).put("key", "ada").put("want", want);
    }

    private JsonObject answer(String limit, Object want) throws TimeoutException {
      return request(GuardBus.LIMITS, ask(limit, want)).body();
    }

    @Test
    void areLentForASecond() throws Exception {
      assertThat(answer("keyMessages", 20))
          .isEqualTo(new JsonObject().put("granted", 20).put("ttlMs", 1_000));
    }

    @Test
    void areLentWhateverWholeTypeIsAskedIn() throws Exception {
      assertThat(answer("keyMessages", 20L).getInteger("granted")).isEqualTo(20);
    }

    @Test
    void areRefusedWithATimeToComeBackWhenThereAreNone() throws Exception {
      assertThat(answer("keyMessages", 10_000).getInteger("granted")).isEqualTo(100);

      assertThat(answer("keyMessages", 1))
          .isEqualTo(new JsonObject().put("granted", 0).put("retryAfterMs", 10));

      time.advance(Duration.ofMillis(10));
      assertThat(answer("keyMessages", 1).getInteger("granted")).isEqualTo(1);
    }

    @Test
    void areLentAtTheRateOfTheEdgeThatHasItsOwn() throws Exception {
      assertThat(answer("auth.keyMessages", 100).getInteger("granted")).isEqualTo(7);
      assertThat(answer("keyMessages", 100).getInteger("granted")).isEqualTo(100);
    }

    static Stream<Arguments> badBodies() {
      JsonObject good = new JsonObject().put("limit", "keyMessages").put("key", "k").put("want", 1);
      String limit = "limit: must be a string of 1 to 512 characters";
      String key = "key: must be a string of 1 to 512 characters";
      String want = "want: must be a whole number, 1 to 10000";
      return Stream.of(
          Arguments.of(null, "the body must be a JSON object"),
          Arguments.of("text", "the body must be a JSON object"),
          Arguments.of(new JsonObject(), limit),
          Arguments.of(good.copy().put("limit", 1), limit),
          Arguments.of(good.copy().put("limit", "l".repeat(513)), limit),
          Arguments.of(good.copy().put("limit", "nosuch"), "limit: unknown"),
          Arguments.of(good.copy().putNull("key"), key),
          Arguments.of(good.copy().put("key", ""), key),
          Arguments.of(good.copy().put("key", "k".repeat(513)), key),
          Arguments.of(good.copy().put("key", new JsonObject()), key),
          Arguments.of(good.copy().putNull("want"), want),
          Arguments.of(good.copy().put("want", 0), want),
          Arguments.of(good.copy().put("want", -1), want),
          Arguments.of(good.copy().put("want", 10_001), want),
          Arguments.of(good.copy().put("want", Long.MAX_VALUE), want),
          Arguments.of(good.copy().put("want", 1.5), want),
          Arguments.of(good.copy().put("want", "1"), want));
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void areRefusedToABadRequest(@Nullable Object body, String message) {
      assertRefused(GuardBus.LIMITS, body, 400, message);
    }
  }

  @Nested
  @DisplayName("edges")
  final class Edges {

    private String seenBy(String... edge) throws TimeoutException {
      DeliveryOptions options = new DeliveryOptions();
      for (String name : edge) {
        options.addHeader(GuardBus.EDGE, name);
      }
      JsonObject body = new JsonObject().put("limit", "keyMessages").put("key", "k").put("want", 1);
      return request(GuardBus.LIMITS, body, options).headers().get(GuardBus.EDGES);
    }

    @Test
    void areCountedByName() throws Exception {
      assertThat(seenBy("a")).isEqualTo("1");
      assertThat(seenBy("b")).isEqualTo("2");
      assertThat(seenBy("a")).isEqualTo("2");
    }

    @Test
    void areAtLeastOne() throws Exception {
      assertThat(seenBy()).isEqualTo("1");
      assertThat(seenBy("e".repeat(513))).isEqualTo("1");
    }

    @Test
    void areForgottenWhenTheyHaveNotAskedForTenSeconds() throws Exception {
      seenBy("a");
      time.advance(Duration.ofSeconds(5));
      seenBy("b");
      time.advance(Duration.ofSeconds(5));
      assertThat(seenBy()).isEqualTo("2");

      time.advanceNanos(1);
      assertThat(seenBy()).isEqualTo("1");
      assertThat(seenBy("a")).isEqualTo("2");
    }
  }
}
