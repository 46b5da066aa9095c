package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.LiveSettings;
import io.drawbridge.config.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** They are in one process and on one event bus here; a frozen one answers as little as a dead. */
@DisplayName("Several guards")
class SeveralGuardsTest {
  private static final String SETTINGS =
      """
      firewall: { strikes: 3, window: 1m, banFor: 5m, banMax: 20m }
      limits: { keyMessages: 1000/s, connectRate: 20/s, connectBurst: 100 }
      """;
  private static final String IP = "ip:192.0.2.1";
  private static final int KEYS = 40;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(8));
  private final Map<String, JsonObject> members = new ConcurrentHashMap<>();
  private final List<Host> hosts = new ArrayList<>();
  private final SteadyTime machine = new SteadyTime();
  private final Path folder;
  private final Host one;
  private final Host two;

  SeveralGuardsTest(@TempDir Path folder) {
    this.folder = folder;
    this.one = new Host("one");
    this.two = new Host("two");
  }

  /** What a guard is alone with: its clock, which stops its event loop, and its folder. */
  private final class Host {
    final String name;
    final Settings settings;
    final LogFile log;
    private volatile CountDownLatch running = new CountDownLatch(0);
    private String deployment = "";

    Host(String name) {
      this.name = name;
      this.log = new LogFile(folder.resolve(name).resolve("errors.log"));
      this.settings = Given.settings(log.path(), SETTINGS);
      hosts.add(this);
    }

    Future<?> start() {
      Time time =
          new Time(
              InstantSource.system(),
              () -> {
                try {
                  running.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                return machine.nanos();
              });
      Node node = new Node(name, time, new SimpleMeterRegistry());
      return vertx
          .deployVerticle(new GuardVerticle(new LiveSettings(settings, null), node, true))
          .onSuccess(id -> deployment = id);
    }

    void stop() throws TimeoutException {
      Loop.await(vertx.undeploy(deployment));
    }

    void freeze() {
      running = new CountDownLatch(1);
    }

    void thaw() {
      running.countDown();
    }

    String id() {
      return members.keySet().stream().filter(id -> id.startsWith(name)).findFirst().orElseThrow();
    }

    String state() {
      return Objects.requireNonNull(members.get(id())).getString("state");
    }
  }

  @BeforeEach
  void start() throws Exception {
    Loop.await(
        vertx
            .eventBus()
            .<JsonObject>consumer(
                GuardBus.MEMBERS, each -> members.put(each.body().getString("id"), each.body()))
            .completion());
    Files.createDirectories(folder.resolve("one"));
    Files.createDirectories(folder.resolve("two"));
    Files.createDirectories(folder.resolve("three"));
    Loop.await(Future.all(one.start(), two.start()));
  }

  @AfterEach
  void close() throws TimeoutException {
    hosts.forEach(Host::thaw);
    Loop.await(vertx.close());
  }

  private JsonObject request(String address, Object body) throws TimeoutException {
    return Loop.await(vertx.eventBus().<JsonObject>request(address, body)).body();
  }

  private Message<JsonObject> wanted(String address, String key, int want) throws TimeoutException {
    JsonObject body = new JsonObject().put("limit", "keyMessages").put("key", key);
    return Loop.await(
        vertx
            .eventBus()
            .request(
                address,
                body.put("want", want),
                new DeliveryOptions().setSendTimeout(5_000).addHeader(GuardBus.EDGE, "edge-1")));
  }

  private boolean lends(Host host, String key) throws TimeoutException {
    Message<JsonObject> answer = wanted(GuardBus.limitsOf(host.id()), key, 1);
    return !answer.headers().contains(GuardBus.ELSEWHERE);
  }

  private static String key(int number) {
    return "user:" + number;
  }

  // --- limits -----------------------------------------------------------------------------------

  @Test
  void lendEachKeyByOneOfThem() throws Exception {
    int lentByOne = 0;
    for (int i = 0; i < KEYS; i++) {
      boolean byOne = lends(one, key(i));
      assertThat(lends(two, key(i))).as(key(i)).isEqualTo(!byOne);
      lentByOne += byOne ? 1 : 0;
    }

    assertThat(lentByOne).isBetween(5, KEYS - 5);
  }

  @Test
  void lendNoMoreTogetherThanOneWhoeverIsAsked() throws Exception {
    long before = System.nanoTime();
    long lent = 0;
    for (int i = 0; i < 50; i++) {
      lent += wanted(GuardBus.LIMITS, key(1), 100).body().getLong("granted");
    }
    double seconds = (System.nanoTime() - before) / 1e9;

    assertThat(lent).isPositive();
    assertThat((double) lent).isLessThanOrEqualTo(1_000 + 1_000 * seconds);
  }

  @Test
  void tellHowManyEdgesThereAreAtMost() throws Exception {
    for (int i = 0; i < KEYS; i++) {
      wanted(GuardBus.LIMITS, key(i), 1);
    }

    // One that asks both counts for both: shares may be too small, never too large.
    await()
        .until(() -> wanted(GuardBus.LIMITS, key(1), 1).headers().get(GuardBus.EDGES).equals("2"));
  }

  @Test
  void relayWhatTheOwnerSays() {
    JsonObject unknown = new JsonObject().put("limit", "nothing").put("want", 1);
    for (int i = 0; i < 8; i++) {
      JsonObject body = unknown.copy().put("key", key(i));
      assertThatThrownBy(() -> request(GuardBus.LIMITS, body))
          .isInstanceOfSatisfying(
              ReplyException.class,
              failure -> {
                assertThat(failure.failureCode()).isEqualTo(GuardBus.BAD_REQUEST);
                assertThat(failure).hasMessage("limit: unknown");
              });
    }
  }

  @Test
  void takeOverTheKeysOfOneThatLeavesBeginningWithNothing() throws Exception {
    Map<Integer, Boolean> byTwo = new HashMap<>();
    for (int i = 0; i < KEYS; i++) {
      byTwo.put(i, lends(two, key(i)));
    }
    // It has left when it begins to stop, not when it has stopped.
    long left = System.nanoTime();
    two.stop();

    for (int i = 0; i < KEYS; i++) {
      long lent = wanted(GuardBus.limitsOf(one.id()), key(i), 10_000).body().getLong("granted");
      double most =
          Boolean.TRUE.equals(byTwo.get(i)) ? (System.nanoTime() - left) / 1e9 * 1_000 + 20 : 1_000;
      assertThat((double) lent).as(key(i)).isLessThanOrEqualTo(most);
    }
  }

  @Test
  void takeOverTheKeysOfOneThatIsFrozenAndLeaveItsPartToItAfterwards() throws Exception {
    List<String> ofTwo = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      if (lends(two, key(i))) {
        ofTwo.add(key(i));
      }
    }

    two.freeze();
    await().until(() -> lends(one, ofTwo.get(0)));
    for (String key : ofTwo) {
      assertThat(lends(one, key)).isTrue();
    }

    two.thaw();
    assertThat(lends(two, ofTwo.get(0)) && lends(one, ofTwo.get(0))).isFalse();
    await().until(() -> lends(two, ofTwo.get(0)));
    for (String key : ofTwo) {
      assertThat(lends(one, key)).isFalse();
    }
  }

  // --- errors -----------------------------------------------------------------------------------

  private static JsonObject batch(ErrorEvent... events) {
    return Events.request(List.of(events));
  }

  @Test
  void writeAnEventOnceThoughItReachesBoth() throws Exception {
    AtomicInteger published = new AtomicInteger();
    Loop.await(
        vertx
            .eventBus()
            .consumer(GuardBus.LOGGED, logged -> published.incrementAndGet())
            .completion());
    for (int i = 0; i < 6; i++) {
      request(GuardBus.ERRORS, batch(Events.event("id-1")));
      await().until(() -> published.get() == 1);
    }

    List<String> all = new ArrayList<>(one.log.ids());
    all.addAll(two.log.ids());
    assertThat(all).containsExactly("id-1");
  }

  @Test
  void takeNoEventsThatWaitedForOneThatWasFrozen() throws Exception {
    two.freeze();
    List<Future<?>> asked = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      asked.add(vertx.eventBus().request(GuardBus.ERRORS, batch(Events.event("id-" + i))));
    }
    await().until(() -> asked.stream().filter(Future::succeeded).count() == 2);
    await().pollDelay(Duration.ofMillis(900)).until(() -> true);

    two.thaw();

    await().until(() -> asked.stream().allMatch(Future::isComplete));
    assertThat(asked.stream().filter(Future::failed))
        .hasSize(2)
        .allSatisfy(
            late ->
                assertThat(late.cause())
                    .isInstanceOfSatisfying(
                        ReplyException.class,
                        failure ->
                            assertThat(failure.failureCode()).isEqualTo(GuardBus.UNAVAILABLE)));
    assertThat(one.log.ids()).hasSize(2);
  }

  // --- bans -------------------------------------------------------------------------------------

  private Host leader() throws TimeoutException {
    for (Host host : hosts) {
      try {
        bansOf(host);
        return host;
      } catch (ReplyException other) {
        // Perhaps the next one does.
      }
    }
    throw new AssertionError("nobody leads");
  }

  private JsonObject bansOf(Host host) throws TimeoutException {
    return request(GuardBus.bansOf(host.id()), new JsonObject().put("op", "list"));
  }

  private static List<String> subjects(JsonObject list) {
    return list.getJsonArray("bans").stream()
        .map(each -> ((JsonObject) each).getString("subject"))
        .toList();
  }

  private JsonObject op(String op, String subject) throws TimeoutException {
    return request(GuardBus.BANS, new JsonObject().put("op", op).put("subject", subject));
  }

  private JsonObject list() throws TimeoutException {
    return request(GuardBus.BANS, new JsonObject().put("op", "list"));
  }

  @Test
  void keepOneBookWhoeverIsAsked() throws Exception {
    op("ban", IP);
    op("ban", "user:ada");
    op("unban", IP);

    for (int i = 0; i < 4; i++) {
      assertThat(subjects(list())).containsExactly("user:ada");
    }
    Host leader = leader();
    Host other = leader == one ? two : one;
    assertThatThrownBy(() -> bansOf(other))
        .isInstanceOfSatisfying(
            ReplyException.class,
            failure -> assertThat(failure.failureCode()).isEqualTo(GuardBus.UNAVAILABLE));
  }

  @Test
  void countStrikesTogether() throws Exception {
    for (int i = 0; i < 4; i++) {
      JsonObject event =
          Events.event("id-" + i)
              .toJson()
              .put("kind", ErrorKind.PROTOCOL_ERROR.name())
              .put("at", Instant.now().toString())
              .put("peer", "192.0.2.1");
      event.remove("user");
      request(GuardBus.ERRORS, new JsonObject().put("events", new JsonArray().add(event)));
    }

    await().untilAsserted(() -> assertThat(subjects(list())).containsExactly(IP));
  }

  @Test
  void loseNoBanWithTheOneThatKeepsThem() throws Exception {
    op("ban", IP);
    long seq = op("ban", "user:ada").getLong("seq");
    Host before = leader();
    Host after = before == one ? two : one;

    before.freeze();

    await()
        .ignoreExceptions()
        .untilAsserted(
            () -> assertThat(subjects(bansOf(after))).containsExactlyInAnyOrder(IP, "user:ada"));
    long next = bansOf(after).getLong("seq");
    assertThat(next).isGreaterThanOrEqualTo(seq + BanSuccession.LEAP);

    // What it knows of from before does not come back with it.
    request(GuardBus.bansOf(after.id()), new JsonObject().put("op", "unban").put("subject", IP));
    before.thaw();
    await().until(() -> before.state().equals("active"));
    for (int i = 0; i < 4; i++) {
      JsonObject list = list();
      assertThat(subjects(list)).containsExactly("user:ada");
      assertThat(list.getLong("seq")).isEqualTo(next + 1);
    }
  }

  @Test
  void passTheBansToOneThatKnowsNothing() throws Exception {
    op("ban", IP);
    Host three = new Host("three");
    Loop.await(three.start());
    one.stop();
    two.stop();

    await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(subjects(bansOf(three))).containsExactly(IP));
    three.stop();
    assertThat(Files.readString(folder.resolve("three").resolve("data").resolve("bans.json")))
        .contains(IP);
  }

  // --- edges ------------------------------------------------------------------------------------

  @Test
  void areTurnedToByEdgesEachForItsOwnKeys() throws Exception {
    Time time = Time.system();
    Guards guards = Guards.heard(vertx, time);
    await().until(() -> !guards.bans().equals(GuardBus.BANS));
    Loop loop = new Loop(vertx);
    Node node = new Node("edge", time, new SimpleMeterRegistry(), guards);
    Leases leases = new Leases(vertx, "edge-1", Edge.echo(one.settings), node);
    await().until(() -> guards.mayName(GuardBus.limitsOf(two.id())));
    Lease ofOne = lease(loop, leases, guards, one);
    Lease ofTwo = lease(loop, leases, guards, two);
    await().until(() -> take(loop, ofOne) && take(loop, ofTwo));

    two.freeze();

    await()
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              for (int i = 0; i < 100; i++) {
                take(loop, ofTwo);
              }
              return loop.call(() -> leases.silentFor(ofTwo));
            });
    assertThat(loop.call(() -> leases.silentFor(ofOne))).isFalse();
    await().pollInterval(Duration.ofMillis(10)).until(() -> take(loop, ofTwo));
    assertThat(loop.call(() -> leases.silentFor(ofTwo))).as("it was its share").isTrue();
    await()
        .until(
            () ->
                take(loop, ofTwo)
                    && ofTwo.address.equals(GuardBus.limitsOf(one.id()))
                    && !loop.call(() -> leases.silentFor(ofTwo)));
    assertThat(guards.edges()).isGreaterThanOrEqualTo(1);
  }

  private static Lease lease(Loop loop, Leases leases, Guards guards, Host of) throws Exception {
    int number = 0;
    while (!guards.limits("keyMessages", key(number)).equals(GuardBus.limitsOf(of.id()))) {
      number++;
    }
    String key = key(number);
    return loop.call(() -> leases.open(key));
  }

  private static boolean take(Loop loop, Lease lease) throws TimeoutException {
    return loop.call(() -> lease.take(System.nanoTime()) == Lease.Answer.GRANTED);
  }

  @Test
  void haveEveryEdgeKnowTheSameBansWhoeverKeepsThem() throws Exception {
    Time time = Time.system();
    Guards guards = Guards.heard(vertx, time);
    Loop loop = new Loop(vertx);
    Node node = new Node("edge", time, new SimpleMeterRegistry(), guards);
    BanTable table = new BanTable(100);
    BanFeed feed = loop.call(() -> new BanFeed(vertx, node, table));
    op("ban", IP);
    Host before = leader();
    Host after = before == one ? two : one;
    await().until(() -> left(loop, table, "192.0.2.1") > 0);

    before.freeze();
    await().ignoreExceptions().until(() -> bansOf(after).getLong("seq") > 0);
    long seq = bansOf(after).getLong("seq");

    await().atMost(Duration.ofSeconds(5)).until(() -> loop.call(table::seq) == seq);
    assertThat(left(loop, table, "192.0.2.1")).isPositive();
    Loop.await(loop.call(feed::close));
  }

  private static long left(Loop loop, BanTable table, String address) throws TimeoutException {
    return loop.call(() -> table.left(Peer.of(address), System.currentTimeMillis()));
  }
}
