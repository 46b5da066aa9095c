package io.drawbridge.guard;

import static io.drawbridge.guard.Events.event;
import static io.drawbridge.guard.Events.events;
import static io.drawbridge.guard.Events.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  private final Loop loop = new Loop();
  private final Outbox outbox = new Outbox(loop.vertx, 1_000);
  private final LogFile log;

  OutboxTest(@TempDir Path folder) {
    log = new LogFile(folder.resolve("errors.log"));
  }

  @AfterEach
  void close() throws TimeoutException {
    loop.close();
  }

  private String deployGuard() throws TimeoutException {
    return loop.deployGuard(Given.settings(log.path(), ""), Time.system());
  }

  private void add(List<ErrorEvent> events) throws TimeoutException {
    loop.run(() -> events.forEach(event -> assertThat(outbox.add(event)).isTrue()));
  }

  private Future<Void> flush(Duration within) throws TimeoutException {
    return loop.call(() -> outbox.flush(within));
  }

  private int size() throws TimeoutException {
    return loop.call(outbox::size);
  }

  /** A guard of few words, to whom each batch comes as its ids. */
  private static final class Scripted {
    private final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());
    private final MessageConsumer<JsonObject> consumer;

    /** How it answers the batch of this number, from 1 on. */
    interface Answer {
      void to(Message<JsonObject> request, int number);
    }

    Scripted(Loop loop, Answer answer) throws TimeoutException {
      consumer =
          loop.vertx
              .eventBus()
              .consumer(
                  GuardBus.ERRORS,
                  request -> {
                    batches.add(
                        request.body().getJsonArray("events").stream()
                            .map(each -> ((JsonObject) each).getString("id"))
                            .toList());
                    answer.to(request, batches.size());
                  });
      Loop.await(consumer.completion());
    }

    static void accept(Message<JsonObject> request) {
      request.reply(new JsonObject().put("accepted", request.body().getJsonArray("events").size()));
    }

    void leave() throws TimeoutException {
      Loop.await(consumer.unregister());
    }
  }

  @Test
  void handsEventsToTheGuardInOrder() throws Exception {
    deployGuard();

    add(events(0, 250));
    Loop.await(flush(LONG));

    assertThat(log.ids()).isEqualTo(ids(events(0, 250)));
    assertThat(size()).isZero();
  }

  @Test
  void sendsWhatOneTurnReportsTogetherAndNeverTooMuchAtOnce() throws Exception {
    Scripted guard = new Scripted(loop, (request, number) -> Scripted.accept(request));

    add(events(0, 250));
    Loop.await(flush(LONG));

    assertThat(guard.batches)
        .containsExactly(ids(events(0, 100)), ids(events(100, 200)), ids(events(200, 250)));
  }

  @Test
  void keepsEventsUntilTheGuardHasSaidThatTheyAreInTheLog() throws Exception {
    List<Message<JsonObject>> unanswered = Collections.synchronizedList(new ArrayList<>());
    Scripted guard = new Scripted(loop, (request, number) -> unanswered.add(request));

    add(events(0, 3));
    await().until(() -> !unanswered.isEmpty());
    assertThat(size()).isEqualTo(3);
    assertThat(guard.batches).hasSize(1);

    Scripted.accept(unanswered.get(0));
    Loop.await(flush(LONG));
    assertThat(size()).isZero();
  }

  @Test
  void sendsEventsThatCameMeanwhileAfterThoseBeforeThem() throws Exception {
    List<Message<JsonObject>> unanswered = Collections.synchronizedList(new ArrayList<>());
    Scripted guard =
        new Scripted(
            loop,
            (request, number) -> {
              if (number == 1) {
                unanswered.add(request);
              } else {
                Scripted.accept(request);
              }
            });
    add(events(0, 2));
    await().until(() -> !unanswered.isEmpty());

    add(events(2, 4));
    Scripted.accept(unanswered.get(0));
    Loop.await(flush(LONG));

    assertThat(guard.batches).containsExactly(ids(events(0, 2)), ids(events(2, 4)));
  }

  @Test
  void keepsEventsWhileThereIsNoGuard() throws Exception {
    add(events(0, 150));
    assertThatThrownBy(() -> Loop.await(flush(Duration.ofMillis(50))))
        .isInstanceOf(TimeoutException.class);
    assertThat(size()).isEqualTo(150);

    add(events(150, 160));
    deployGuard();
    Loop.await(flush(LONG));

    assertThat(log.ids()).isEqualTo(ids(events(0, 160)));
  }

  @Test
  void triesAgainWhileTheGuardFails() throws Exception {
    Scripted guard =
        new Scripted(
            loop,
            (request, number) -> {
              if (number <= 2) {
                request.fail(GuardBus.UNAVAILABLE, "the error log can't be written");
              } else {
                Scripted.accept(request);
              }
            });

    add(events(0, 3));
    Loop.await(flush(LONG));

    assertThat(guard.batches)
        .containsExactly(ids(events(0, 3)), ids(events(0, 3)), ids(events(0, 3)));
  }

  @Test
  void losesNothingAndRepeatsNothingWhileTheLogCantBeWritten() throws Exception {
    Files.createDirectory(log.path());
    deployGuard();
    add(events(0, 120));
    assertThatThrownBy(() -> Loop.await(flush(Duration.ofMillis(300))))
        .isInstanceOf(TimeoutException.class);

    Files.delete(log.path());
    Loop.await(flush(LONG));

    assertThat(log.ids()).isEqualTo(ids(events(0, 120)));
  }

  @Test
  void isLoggedOnceThoughTheAnswerWasLost() throws Exception {
    try (ErrorLog errorLog = new ErrorLog(Given.logging(log.path()))) {
      new Scripted(
          loop,
          (request, number) -> {
            write(errorLog, request);
            if (number > 1) {
              Scripted.accept(request);
            }
          });

      add(events(0, 3));
      Loop.await(flush(LONG));
    }

    assertThat(log.ids()).isEqualTo(ids(events(0, 3)));
  }

  private static void write(ErrorLog errorLog, Message<JsonObject> request) {
    try {
      errorLog.append(
          request.body().getJsonArray("events").stream()
              .map(each -> ErrorEvent.fromJson((JsonObject) each))
              .toList());
    } catch (IOException e) {
      request.fail(GuardBus.UNAVAILABLE, e.getMessage());
    }
  }

  @Test
  void goesOnWithTheNextGuardWhenOneLeaves() throws Exception {
    Scripted first = new Scripted(loop, (request, number) -> Scripted.accept(request));
    add(events(0, 3));
    Loop.await(flush(LONG));
    first.leave();

    add(events(3, 6));
    await().until(() -> size() == 3);
    deployGuard();
    Loop.await(flush(LONG));

    assertThat(log.ids()).isEqualTo(ids(events(3, 6)));
  }

  @Test
  void refusesWhatIsMoreThanItsCapacity() throws Exception {
    Outbox small = new Outbox(loop.vertx, 2);

    assertThat(loop.call(() -> small.add(event("id-1")))).isTrue();
    assertThat(loop.call(() -> small.add(event("id-2")))).isTrue();
    assertThat(loop.call(() -> small.add(event("id-3")))).isFalse();
    assertThat(loop.call(small::size)).isEqualTo(2);

    deployGuard();
    Loop.await(loop.call(() -> small.flush(LONG)));
    assertThat(loop.call(() -> small.add(event("id-4")))).isTrue();
    Loop.await(loop.call(() -> small.flush(LONG)));

    assertThat(log.ids()).containsExactly("id-1", "id-2", "id-4");
  }

  @Test
  void leavesOutWhatTheGuardRefusesAndHandsOnTheRest() throws Exception {
    List<String> ids = ids(events(0, 20));
    Scripted guard =
        new Scripted(
            loop,
            (request, number) -> {
              if (request.body().encode().contains('"' + ids.get(7) + '"')) {
                request.fail(GuardBus.BAD_REQUEST, "peer: missing");
              } else {
                Scripted.accept(request);
              }
            });

    add(events(0, 20));
    Loop.await(flush(LONG));

    assertThat(guard.batches.get(guard.batches.size() - 1)).isEqualTo(ids.subList(8, 20));
    assertThat(size()).isZero();
  }

  @Test
  void isFlushedAtOnceWhenItIsEmpty() throws Exception {
    assertThat(flush(LONG).succeeded()).isTrue();
  }

  @Test
  void flushesForAllWhoWait() throws Exception {
    add(events(0, 1));
    Future<Void> one = flush(LONG);
    Future<Void> two = flush(LONG);
    assertThat(one.isComplete()).isFalse();

    deployGuard();

    Loop.await(Future.all(one, two));
    assertThat(log.ids()).containsExactly("id-0");
  }
}
