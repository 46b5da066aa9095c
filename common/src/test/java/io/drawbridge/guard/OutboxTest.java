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
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  private final Loop loop = new Loop();
  private final ManualTime time = new ManualTime();
  private final Path folder;
  private final Spool spool;
  private final Outbox outbox;
  private final LogFile log;

  OutboxTest(@TempDir Path folder) throws TimeoutException {
    this.folder = folder;
    log = new LogFile(folder.resolve("errors.log"));
    spool = new Spool(folder, "node-1", Given.TEN_MIB);
    outbox = outbox(1_000, spool);
  }

  private Outbox outbox(int capacity, Spool behind) throws TimeoutException {
    return loop.call(
        () -> {
          Outbox made = new Outbox(loop.vertx, capacity, behind, time.time());
          made.start();
          return made;
        });
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

  /** At once: a batch that is not answered within half a second is sent again. */
  private static ConditionFactory soon() {
    return await().pollInterval(Duration.ofMillis(5));
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

    /** Leaves the first batch unanswered, and takes all others. */
    static Scripted thatLeavesTheFirst(Loop loop, List<Message<JsonObject>> unanswered)
        throws TimeoutException {
      return new Scripted(
          loop,
          (request, number) -> {
            if (number == 1) {
              unanswered.add(request);
            } else {
              accept(request);
            }
          });
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
    Scripted guard = Scripted.thatLeavesTheFirst(loop, unanswered);

    add(events(0, 3));
    soon().until(() -> !unanswered.isEmpty());
    assertThat(size()).isEqualTo(3);
    assertThat(guard.batches).hasSize(1);

    Scripted.accept(unanswered.get(0));
    Loop.await(flush(LONG));
    assertThat(size()).isZero();
  }

  @Test
  void sendsEventsThatCameMeanwhileAfterThoseBeforeThem() throws Exception {
    List<Message<JsonObject>> unanswered = Collections.synchronizedList(new ArrayList<>());
    Scripted guard = Scripted.thatLeavesTheFirst(loop, unanswered);
    add(events(0, 2));
    soon().until(() -> !unanswered.isEmpty());

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
    Files.createFile(folder.resolve("spool"));
    Outbox small = outbox(2, new Spool(folder, "node-2", Given.TEN_MIB));

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
    Loop.await(flush(LONG));

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

  private void advance(Duration by) throws TimeoutException {
    loop.run(
        () -> {
          time.advance(by);
          outbox.tick();
        });
  }

  @Test
  void putsWhatWaitsForLongIntoTheSpoolAndHandsItOverFirst() throws Exception {
    add(events(0, 50));
    advance(Duration.ofSeconds(4));
    assertThat(size()).isEqualTo(50);
    assertThat(spool.holds()).isFalse();

    advance(Duration.ofSeconds(1));
    await().until(() -> size() == 0);
    assertThat(spool.holds()).isTrue();

    add(events(50, 60));
    advance(Duration.ofSeconds(1));
    await().until(() -> size() == 0);
    add(events(60, 70));
    deployGuard();
    Loop.await(flush(LONG));

    assertThat(log.ids()).isEqualTo(ids(events(0, 70)));
    assertThat(spool.holds()).isFalse();
    assertThat(folder.resolve("spool")).isEmptyDirectory();
  }

  @Test
  void putsWhatIsTooMuchIntoTheSpoolAtOnce() throws Exception {
    for (int i = 0; i < 50; i++) {
      add(events(100 * i, 100 * i + 100));
      soon().until(() -> size() < 500);
    }

    assertThat(spool.holds()).isTrue();
    deployGuard();
    Loop.await(flush(LONG));
    assertThat(log.ids()).isEqualTo(ids(events(0, 5_000)));
  }

  @Test
  void leavesWhatIsNotTakenAtTheEndInTheSpoolForTheNext() throws Exception {
    add(events(0, 150));
    Loop.await(loop.call(() -> outbox.close(events(150, 152), Duration.ofMillis(100))));
    assertThat(loop.call(() -> outbox.add(event("late")))).isFalse();

    deployGuard();
    Outbox next = outbox(1_000, new Spool(folder, "node-2", Given.TEN_MIB));
    await().until(() -> log.ids().size() == 152);
    Loop.await(loop.call(() -> next.flush(LONG)));

    assertThat(log.ids()).isEqualTo(ids(events(0, 152)));
    assertThat(folder.resolve("spool")).isEmptyDirectory();
  }

  @Test
  void handsOverOnceThoughTwoShareTheSpool() throws Exception {
    Outbox other = outbox(1_000, spool);
    add(events(0, 300));
    loop.run(() -> events(300, 600).forEach(event -> assertThat(other.add(event)).isTrue()));
    time.advance(Duration.ofSeconds(5));
    loop.run(outbox::tick);
    loop.run(other::tick);
    await().until(() -> size() == 0 && loop.call(other::size) == 0);
    assertThat(spool.holds()).isTrue();

    List<String> taken = Collections.synchronizedList(new ArrayList<>());
    Scripted guard =
        new Scripted(
            loop,
            (request, number) -> {
              request.body().getJsonArray("events").stream()
                  .map(each -> ((JsonObject) each).getString("id"))
                  .forEach(taken::add);
              Scripted.accept(request);
            });
    Loop.await(flush(LONG));
    Loop.await(loop.call(() -> other.flush(LONG)));

    assertThat(guard.batches).hasSize(6);
    assertThat(taken).containsExactlyInAnyOrderElementsOf(ids(events(0, 600)));
  }

  @Test
  void keepsWhatTheSpoolCantTake() throws Exception {
    Files.createFile(folder.resolve("spool"));
    add(events(0, 10));
    advance(Duration.ofSeconds(5));
    advance(Duration.ofSeconds(5));
    deployGuard();
    Loop.await(flush(LONG));

    assertThat(log.ids()).isEqualTo(ids(events(0, 10)));
  }

  @Test
  void leavesTheRestInTheReserveOfASpoolThatIsFull() throws Exception {
    long line = ErrorLog.json(event("id-0")).length() + 1L;
    Outbox full = outbox(1_000, new Spool(folder, "node-2", 5 * line));
    loop.run(() -> events(0, 10).forEach(event -> assertThat(full.add(event)).isTrue()));
    loop.run(
        () -> {
          time.advance(Duration.ofSeconds(5));
          full.tick();
        });
    await().until(() -> loop.call(full::size) == 5);

    Loop.await(loop.call(() -> full.close(events(10, 12), Duration.ofMillis(100))));

    deployGuard();
    Outbox next = outbox(1_000, new Spool(folder, "node-3", Given.TEN_MIB));
    await().until(() -> log.ids().size() == 12);
    Loop.await(loop.call(() -> next.flush(LONG)));
    assertThat(log.ids()).isEqualTo(ids(events(0, 12)));
  }

  @Test
  void saysSoWhenNeitherGuardNorSpoolTakesTheRest() throws Exception {
    Files.createFile(folder.resolve("spool"));
    add(events(0, 10));

    assertThatThrownBy(
            () -> Loop.await(loop.call(() -> outbox.close(List.of(), Duration.ofMillis(50)))))
        .hasMessageContaining("neither guard nor spool");
  }
}
