package io.drawbridge.guard;

import static io.drawbridge.guard.Events.event;
import static io.drawbridge.guard.Events.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds {@code docs/guard.asyncapi.yaml} to what the guard really takes and says. */
class AsyncApiTest {
  private final Loop loop = new Loop();
  private final AsyncApi document = new AsyncApi();
  private final JsonObject api = document.json();
  private final Path folder;

  AsyncApiTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void deploy() throws TimeoutException {
    loop.deployGuard(Given.settings(folder.resolve("errors.log"), ""), new ManualTime().time());
  }

  @AfterEach
  void close() throws TimeoutException {
    loop.close();
  }

  private boolean fits(String channel, Object body) {
    return document.fits(channel, body);
  }

  private JsonObject ask(String address, JsonObject body) throws TimeoutException {
    return Loop.await(loop.vertx.eventBus().<JsonObject>request(address, body)).body();
  }

  @Test
  void namesEveryAddressOfTheGuardAndNoOther() throws IllegalAccessException {
    Set<String> described = new TreeSet<>();
    for (Map.Entry<String, Object> channel : api.getJsonObject("channels")) {
      String address = ((JsonObject) channel.getValue()).getString("address");
      if (address != null) {
        described.add(address);
      }
    }
    Set<String> served = new TreeSet<>();
    for (Field field : GuardBus.class.getDeclaredFields()) {
      if (field.get(null) instanceof String text && text.startsWith("drawbridge.")) {
        served.add(text);
      }
    }

    assertThat(described).isEqualTo(served);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    List<String> references = new ArrayList<>();
    collect(api, references);

    assertThat(references).hasSizeGreaterThan(30);
    for (String reference : references) {
      Object at = api;
      for (String step : reference.substring("#/".length()).split("/", -1)) {
        assertThat(at).as(reference).isInstanceOf(JsonObject.class);
        at = ((JsonObject) at).getValue(step);
      }
      assertThat(at).as(reference).isNotNull();
    }
  }

  private static void collect(Object node, List<String> references) {
    if (node instanceof JsonObject object) {
      if (object.getValue("$ref") instanceof String reference) {
        references.add(reference);
      }
      object.forEach(entry -> collect(entry.getValue(), references));
    } else if (node instanceof JsonArray array) {
      array.forEach(each -> collect(each, references));
    }
  }

  @Test
  void describesErrorEventsAsTheyAreTakenAndPublished() throws Exception {
    List<JsonObject> published = Collections.synchronizedList(new ArrayList<>());
    Loop.await(
        loop.vertx
            .eventBus()
            .<JsonObject>consumer(GuardBus.LOGGED, logged -> published.add(logged.body()))
            .completion());
    List<ErrorEvent> all = new ArrayList<>(events(0, 20));
    all.add(new ErrorEvent("id-a", Instant.EPOCH, "K", "e", "n", "p", null, null, null, 0, 7));
    JsonObject request = Events.request(all);

    assertThat(fits("errors", request)).isTrue();
    assertThat(fits("errorsReply", ask(GuardBus.ERRORS, request))).isTrue();
    await().until(() -> published.size() == all.size());
    assertThat(published).allMatch(event -> fits("logged", event));
  }

  static Stream<Arguments> eventBodies() {
    JsonObject good = event("id-1").toJson();
    return Stream.of(
        Arguments.of(good),
        Arguments.of(good.copy().put("detail", "x".repeat(100_000))),
        Arguments.of(good.copy().put("detail", "\u202e\u0000\ud800 ${jndi:ldap://x}")),
        Arguments.of(good.copy().put("kind", "PAYMENT_REFUSED")),
        Arguments.of(good.copy().put("colour", "red")),
        Arguments.of(good.copy().putNull("user").putNull("closeCode")),
        Arguments.of(good.copy().put("closeCode", Integer.MAX_VALUE)),
        Arguments.of(good.copy().put("id", "x".repeat(128))),
        Arguments.of(good.copy().put("id", "x".repeat(129))),
        Arguments.of(good.copy().put("id", "a b")),
        Arguments.of(good.copy().put("id", "")),
        Arguments.of(good.copy().put("id", 7)),
        Arguments.of(good.copy().put("peer", "")),
        Arguments.of(good.copy().putNull("peer")),
        Arguments.of(good.copy().put("user", 42)),
        Arguments.of(good.copy().put("at", "soon")),
        Arguments.of(good.copy().put("at", 1_763_834_400_000L)),
        Arguments.of(good.copy().put("closeCode", "1002")),
        Arguments.of(good.copy().put("closeCode", -1)),
        Arguments.of(good.copy().put("suppressed", 1.5)),
        Arguments.of(good.copy().put("suppressed", 1L << 31)),
        Arguments.of(new JsonObject()));
  }

  @ParameterizedTest
  @MethodSource("eventBodies")
  void takesAnEventWhereItsSchemaDoes(JsonObject event) throws Exception {
    JsonObject request = new JsonObject().put("events", new JsonArray().add(event));
    assertTakenAsDescribed("errors", GuardBus.ERRORS, request, "errorsReply");
  }

  static Stream<Arguments> limitBodies() {
    JsonObject good = new JsonObject().put("limit", "keyMessages").put("key", "k").put("want", 1);
    return Stream.of(
        Arguments.of(good),
        Arguments.of(good.copy().put("want", 10_000)),
        Arguments.of(good.copy().put("want", 10_001)),
        Arguments.of(good.copy().put("want", 0)),
        Arguments.of(good.copy().put("want", "1")),
        Arguments.of(good.copy().put("key", "")),
        Arguments.of(good.copy().put("key", "k".repeat(513))),
        Arguments.of(good.copy().put("key", 1)),
        Arguments.of(good.copy().putNull("limit")),
        Arguments.of(new JsonObject()));
  }

  @ParameterizedTest
  @MethodSource("limitBodies")
  void takesARequestForPermitsWhereItsSchemaDoes(JsonObject request) throws Exception {
    assertTakenAsDescribed("limits", GuardBus.LIMITS, request, "limitsReply");
  }

  private void assertTakenAsDescribed(
      String channel, String address, JsonObject request, String reply) throws TimeoutException {
    if (fits(channel, request)) {
      assertThat(fits(reply, ask(address, request))).isTrue();
    } else {
      assertThatThrownBy(() -> ask(address, request))
          .isInstanceOfSatisfying(
              ReplyException.class, failure -> assertThat(failure.failureCode()).isEqualTo(400));
    }
  }

  @Test
  void describesThatThereAreNoPermits() throws Exception {
    JsonObject request =
        new JsonObject().put("limit", "keyMessages").put("key", "k").put("want", 10_000);
    assertThat(ask(GuardBus.LIMITS, request).getInteger("granted")).isPositive();

    JsonObject none = ask(GuardBus.LIMITS, request.copy());

    assertThat(none.getInteger("granted")).isZero();
    assertThat(fits("limitsReply", none)).isTrue();
  }

  @Test
  void describesWhatGuardsTellOfThemselves() {
    JsonObject data = new JsonObject().put(GuardBus.EDGES_SEEN, 3).put(GuardBus.SEQ, 7L);
    for (Member.State state : Member.State.values()) {
      JsonObject told = new Member("a", "node-1", state, 5, Map.of("b", 7L), data).toJson();
      assertThat(fits("members", told)).as(told.encode()).isTrue();
      assertThat(fits("members", told.copy().put("state", "asleep"))).isFalse();
    }
  }

  static Stream<Arguments> banBodies() {
    JsonObject ban = new JsonObject().put("op", "ban").put("subject", "ip:192.0.2.7");
    JsonObject list = new JsonObject().put("op", "list");
    return Stream.of(
        Arguments.of(ban),
        Arguments.of(ban.copy().put("forMs", 1_000).put("why", "by hand")),
        Arguments.of(ban.copy().put("forMs", 315_360_000_000L).putNull("why")),
        Arguments.of(ban.copy().put("forMs", 315_360_000_001L)),
        Arguments.of(ban.copy().put("forMs", 0)),
        Arguments.of(ban.copy().put("forMs", "1s")),
        Arguments.of(ban.copy().put("why", "x".repeat(257))),
        Arguments.of(ban.copy().put("op", "burn")),
        Arguments.of(ban.copy().put("op", "unban")),
        Arguments.of(new JsonObject().put("op", "unban").put("subject", "user:42")),
        Arguments.of(new JsonObject().put("op", "unban").put("subject", "42")),
        Arguments.of(new JsonObject().put("op", "ban")),
        Arguments.of(list),
        Arguments.of(list.copy().put("known", 0)),
        Arguments.of(list.copy().put("known", -1)),
        Arguments.of(list.copy().put("known", "all")),
        Arguments.of(new JsonObject()));
  }

  @ParameterizedTest
  @MethodSource("banBodies")
  void takesARequestAboutBansWhereItsSchemaDoes(JsonObject request) throws Exception {
    assertTakenAsDescribed("bans", GuardBus.BANS, request, "bansReply");
  }

  @Test
  void describesWhatIsPublishedOfBansAndTheirList() throws Exception {
    List<JsonObject> published = Collections.synchronizedList(new ArrayList<>());
    Loop.await(
        loop.vertx
            .eventBus()
            .<JsonObject>consumer(GuardBus.BAN_CHANGES, change -> published.add(change.body()))
            .completion());
    JsonObject ban = new JsonObject().put("op", "ban").put("subject", "user:42").put("why", "spam");

    assertThat(fits("bansReply", ask(GuardBus.BANS, ban))).isTrue();
    JsonObject list = ask(GuardBus.BANS, new JsonObject().put("op", "list"));
    assertThat(list.getJsonArray("bans")).hasSize(1);
    assertThat(fits("bansReply", list)).isTrue();
    ask(GuardBus.BANS, new JsonObject().put("op", "unban").put("subject", "user:42"));

    await().until(() -> published.size() == 2);
    assertThat(published).allMatch(change -> fits("banChanges", change));
    assertThat(fits("banChanges", published.get(0).copy().put("op", "burn"))).isFalse();
  }
}
