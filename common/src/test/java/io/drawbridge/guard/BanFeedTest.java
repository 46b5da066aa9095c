package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Promise;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An edge's knowledge of the bans, against a guard that a test plays")
class BanFeedTest {
  private static final BanSubject ADDRESS = new BanSubject(false, "192.0.2.1");
  private static final Peer PEER = Peer.of("192.0.2.1");

  private final ManualTime time = new ManualTime();
  private final Loop loop = new Loop();
  private final BanTable table = new BanTable(100);

  /** What each request said. */
  private final List<JsonObject> asked = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() throws TimeoutException {
    loop.close();
  }

  private MessageConsumer<JsonObject> guard(Consumer<Message<JsonObject>> answer)
      throws TimeoutException {
    MessageConsumer<JsonObject> guard =
        loop.vertx
            .eventBus()
            .consumer(
                GuardBus.BANS,
                request -> {
                  asked.add(request.body());
                  answer.accept(request);
                });
    Loop.await(guard.completion());
    return guard;
  }

  private JsonObject list(long seq, BanSubject... subjects) {
    JsonArray bans = new JsonArray();
    for (BanSubject subject : subjects) {
      bans.add(new Ban(subject, 0, until(), "").toJson());
    }
    return new JsonObject().put("seq", seq).put("bans", bans);
  }

  private long until() {
    return time.now().plusSeconds(60).toEpochMilli();
  }

  private BanFeed start() throws TimeoutException {
    BanFeed feed = loop.call(() -> new BanFeed(loop.vertx, Given.node(time.time()), table));
    Loop.await(feed.asked());
    return feed;
  }

  private void publish(Object body) {
    loop.vertx.eventBus().publish(GuardBus.BAN_CHANGES, body);
  }

  /** Publishes, and waits until every consumer on the feed's event loop has heard of it. */
  private void publishAndWait(Object body) throws TimeoutException {
    Promise<Void> heard = Promise.promise();
    MessageConsumer<Object> last =
        loop.call(
            () ->
                loop.vertx
                    .eventBus()
                    .consumer(GuardBus.BAN_CHANGES, change -> heard.tryComplete()));
    Loop.await(last.completion());
    publish(body);
    Loop.await(heard.future());
  }

  private boolean isBanned() throws TimeoutException {
    return loop.call(() -> table.left(PEER, time.now().toEpochMilli()) > 0);
  }

  private long seq() throws TimeoutException {
    return loop.call(table::seq);
  }

  @Test
  void knowsAllBansOnceItHasAsked() throws Exception {
    guard(request -> request.reply(list(7, ADDRESS)));
    start();

    assertThat(isBanned()).isTrue();
    assertThat(seq()).isEqualTo(7);
    assertThat(asked).containsExactly(new JsonObject().put("op", "list"));
  }

  @Test
  void hearsEachChangeWithoutAsking() throws Exception {
    guard(request -> request.reply(list(7)));
    start();

    publish(new BanChange(8, ADDRESS, until()).toJson());
    await().until(this::isBanned);
    publish(new BanChange(9, ADDRESS, 0).toJson());
    await().until(() -> !isBanned());

    assertThat(asked).hasSize(1);
  }

  @Test
  void asksForAllWhenAChangeWasMissed() throws Exception {
    guard(request -> request.reply(asked.size() == 1 ? list(7) : list(9, ADDRESS)));
    start();

    publish(new BanChange(9, new BanSubject(true, "ada"), until()).toJson());

    await().until(this::isBanned);
    assertThat(seq()).isEqualTo(9);
    assertThat(asked.get(1)).isEqualTo(new JsonObject().put("op", "list").put("known", 7));
  }

  @Test
  void asksForAllWhenItHearsWhatIsNoChange() throws Exception {
    guard(request -> request.reply(asked.size() == 1 ? list(7) : list(8, ADDRESS)));
    start();

    publish("junk");

    await().until(this::isBanned);
  }

  @Test
  void notesAtItsNextLookThatTheLastChangeWasLost() throws Exception {
    guard(request -> request.reply(asked.size() == 1 ? list(7) : list(8, ADDRESS)));
    start();

    await().atMost(Duration.ofSeconds(15)).until(this::isBanned);
  }

  @Test
  void takesTheLowerNumberOfAGuardThatStartedAnew() throws Exception {
    guard(request -> request.reply(asked.size() == 1 ? list(7) : list(0, ADDRESS)));
    start();

    publish(new BanChange(1, new BanSubject(true, "ada"), until()).toJson());

    await().until(this::isBanned);
    assertThat(seq()).isZero();
  }

  @Test
  void asksAgainWhenChangesHaveOvertakenTheAnswer() throws Exception {
    guard(
        request -> {
          if (asked.size() == 1) {
            request.reply(list(7));
          } else if (asked.size() == 2) {
            // Heard before the answer, which is older than it.
            publish(new BanChange(8, ADDRESS, until()).toJson());
            publish(new BanChange(9, new BanSubject(true, "ada"), until()).toJson());
            loop.vertx.setTimer(100, timer -> request.reply(list(8)));
          } else {
            request.reply(list(9, ADDRESS));
          }
        });
    start();

    publish("junk");

    await().until(() -> asked.size() == 3);
    await().until(() -> seq() == 9 && isBanned());
  }

  @Test
  void goesOnWithoutAGuard() throws Exception {
    start();

    assertThat(isBanned()).isFalse();
    assertThat(seq()).isEqualTo(BanTable.UNKNOWN);
  }

  @Test
  void waitsNoLongerThanHalfASecondForASilentGuard() throws Exception {
    guard(request -> {});
    BanFeed feed = loop.call(() -> new BanFeed(loop.vertx, Given.node(time.time()), table));

    await().atMost(Duration.ofSeconds(10)).until(() -> feed.asked().succeeded());
    assertThat(isBanned()).isFalse();
  }

  @Test
  void keepsWhatItKnowsWhileTheGuardIsGone() throws Exception {
    MessageConsumer<JsonObject> guard = guard(request -> request.reply(list(7, ADDRESS)));
    start();
    Loop.await(guard.unregister());

    publishAndWait("junk");

    assertThat(isBanned()).isTrue();
    time.advance(Duration.ofMinutes(1));
    assertThat(isBanned()).isFalse();
  }

  @Test
  void keepsWhatItKnowsWhenTheAnswerIsNone() throws Exception {
    guard(request -> request.reply(asked.size() == 1 ? list(7, ADDRESS) : new JsonObject()));
    start();

    publish("junk");

    await().until(() -> asked.size() == 2);
    assertThat(isBanned()).isTrue();
  }

  @Test
  void hearsNothingOnceItIsClosed() throws Exception {
    guard(request -> request.reply(list(7)));
    BanFeed feed = start();
    Loop.await(loop.call(feed::close));

    publishAndWait(new BanChange(8, ADDRESS, until()).toJson());

    assertThat(seq()).isEqualTo(7);
    assertThat(isBanned()).isFalse();
  }
}
