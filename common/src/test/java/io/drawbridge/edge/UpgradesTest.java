package io.drawbridge.edge;

import static io.drawbridge.edge.HandshakeText.valid;
import static io.drawbridge.edge.TestGateway.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.admission.Handshake;
import io.drawbridge.admission.Verdict;
import io.drawbridge.guard.ErrorKind;
import io.drawbridge.guard.Guard;
import io.drawbridge.wire.ClientFrames;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A handshake whose last check takes time, over real sockets")
@ExtendWith(LeakCheck.class)
final class UpgradesTest {
  private static final Acceptance REFUSED =
      new Acceptance.Refused(
          new Verdict.Refused(
              ErrorKind.INVALID_TOKEN,
              401,
              "no",
              Map.of("WWW-Authenticate", "Test"),
              Duration.ZERO),
          "for the log alone",
          "somebody");

  private final TalkingHandler handler = new TalkingHandler();
  private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unused = new AtomicInteger();
  private final Acceptance accepted =
      new Acceptance.Accepted(handler, null, unused::incrementAndGet);

  @RegisterExtension final TestGateway gateway = new TestGateway();

  private record Asked(Promise<Acceptance> promise, Context context) {

    void answer(Acceptance acceptance) {
      context.runOnContext(turn -> promise.complete(acceptance));
    }
  }

  private Future<Acceptance> ask(Handshake handshake, Guard guard) {
    Promise<Acceptance> promise = Promise.promise();
    asked.add(new Asked(promise, Vertx.currentContext()));
    return promise.future();
  }

  private void start(String yaml) {
    gateway.start(yaml, this::ask);
  }

  /** The one that waits, once it does. */
  private Asked awaitAsked() {
    gateway.awaitTrue("asked", () -> !asked.isEmpty());
    return asked.remove();
  }

  /** A handshake that waits for its answer. */
  private WsConversation waiting(byte[]... glued) {
    return gateway.connect().raw(ClientFrames.join(valid().bytes(), ClientFrames.join(glued)));
  }

  @AfterEach
  void everyPlaceIsGivenBackOnce() {
    gateway.closeAll();
    gateway.awaitNobody();
    assertThat(handler.closed).hasValue(handler.opened.get());
  }

  @Test
  void isAnsweredOnceTheVerdictIsKnown() {
    start(UNLIMITED);
    WsConversation client = waiting();

    awaitAsked().answer(accepted);

    client.expectUpgrade().send("hi").expect("hi").bye();
    assertThat(unused).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void selectsTheSubprotocolThatTheAcceptorNames(boolean atOnce) {
    Acceptance chat = new Acceptance.Accepted(handler, "chat", unused::incrementAndGet);
    gateway.start(UNLIMITED, (handshake, guard) -> atOnce ? known(chat) : ask(handshake, guard));
    WsConversation client = waiting();
    if (!atOnce) {
      awaitAsked().answer(chat);
    }

    client.expectUpgrade("", "chat").send("hi").expect("hi").bye();
  }

  private static Future<Acceptance> known(Acceptance acceptance) {
    return Future.succeededFuture(acceptance);
  }

  @Test
  void framesGluedToItAreReadOnceItIsAnswered() {
    start(UNLIMITED);
    WsConversation client = waiting(ClientFrames.text("one"), ClientFrames.text("two"));
    Asked waits = awaitAsked();
    client.send("three");

    waits.answer(accepted);

    client.expectUpgrade().expect("one").expect("two").expect("three").bye();
  }

  @Test
  void aFrameInPiecesOfWhichSomeAreGlued() {
    start(UNLIMITED);
    byte[] frame = ClientFrames.text("in two parts");
    WsConversation client = waiting(Arrays.copyOf(frame, 3));

    awaitAsked().answer(accepted);

    client.expectUpgrade().raw(Arrays.copyOfRange(frame, 3, frame.length));
    client.expect("in two parts").bye();
  }

  @Test
  @DisplayName("what a client sends meanwhile is left in the kernel: TCP pushes back")
  void isNotReadMeanwhile() {
    start(UNLIMITED);
    byte[] message = ClientFrames.text("x".repeat(10_000));
    WsConversation client = waiting();
    Asked waits = awaitAsked();
    var taken = client.flood(message, 10_000);
    AtomicLong before = new AtomicLong(-1);
    gateway.awaitTrue(
        "stuck", () -> taken.get() > 0 && before.getAndSet(taken.get()) == taken.get());

    waits.answer(accepted);

    client.expectUpgrade().expect("x".repeat(10_000));
  }

  @Test
  @DisplayName("a second request behind it is no HTTP, and read as frames once it is answered")
  void requestsBehindItAreNotAnswered() {
    start(UNLIMITED);
    WsConversation client = waiting(valid().bytes(), valid().bytes());
    Asked waits = awaitAsked();
    client.raw(valid().bytes());

    waits.answer(accepted);

    client.expectUpgrade().expectClose(1002, "PROTOCOL_ERROR").expectEof();
    assertThat(asked).isEmpty();
    assertThat(gateway.counted("drawbridge.handshakes")).isEqualTo(1);
  }

  @Test
  void isRefusedOnceTheVerdictIsKnown() {
    start(UNLIMITED);
    WsConversation client = waiting(ClientFrames.text("never read"));

    awaitAsked().answer(REFUSED);

    HttpAnswer answer = client.answerAndEnd();
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).isEqualTo("Test");
    assertThat(answer.body()).startsWith("INVALID_TOKEN: no [ref ");
    JsonObject event = gateway.errors().awaitId(answer.ref());
    assertThat(event.getString("detail")).isEqualTo("for the log alone");
    assertThat(event.getString("user")).isEqualTo("somebody");
    gateway.awaitNobody();
    assertThat(handler.opened).hasValue(0);
  }

  @Test
  void aRefusalReachesAClientThatIsStillSending() {
    start(UNLIMITED);
    WsConversation client = waiting();
    Asked waits = awaitAsked();
    client.flood(new byte[100_000], 500);

    waits.answer(REFUSED);

    assertThat(client.answerAndEnd().status()).isEqualTo(401);
    client.expectGone();
  }

  @ParameterizedTest(name = "at once: {0}")
  @ValueSource(booleans = {false, true})
  void aFailureIsOneOfOurs(boolean throwing) {
    gateway.start(
        UNLIMITED,
        (handshake, guard) -> {
          if (throwing) {
            throw new IllegalStateException("thrown on purpose by a test");
          }
          return Future.failedFuture("failed on purpose by a test");
        });

    HttpAnswer answer = WsConversation.refused(gateway.port(), valid());

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(answer.body()).startsWith("INTERNAL_ERROR: Internal error [ref ");
    assertThat(gateway.errors().awaitId(answer.ref()).getString("kind"))
        .isEqualTo("INTERNAL_ERROR");
  }

  @Test
  void aLateFailureIsOneOfOurs() {
    start(UNLIMITED);
    WsConversation client = waiting();
    Asked waits = awaitAsked();

    waits.context().runOnContext(turn -> waits.promise().fail("failed on purpose by a test"));

    assertThat(client.answerAndEnd().kind()).isEqualTo("INTERNAL_ERROR");
  }

  @ParameterizedTest(name = "by a reset: {0}")
  @ValueSource(booleans = {false, true})
  void aClientThatIsGoneMeanwhileLeavesAtOnce(boolean reset) {
    start(UNLIMITED);
    WsConversation client = waiting(ClientFrames.text("lost"));
    Asked waits = awaitAsked();
    gateway.awaitOpen(1);

    if (reset) {
      client.reset();
    } else {
      client.close();
    }

    gateway.awaitNobody();
    waits.answer(accepted);
    gateway.awaitTrue("told", () -> unused.get() == 1);
    gateway.awaitNobody();
    assertThat(handler.opened).hasValue(0);
    assertThat(gateway.errors().text()).isEmpty();
  }

  @Test
  void manyThatAreGoneBeforeOrAfterTheirAnswer() {
    start(UNLIMITED);
    for (int i = 0; i < 200; i++) {
      WsConversation client = waiting();
      Asked waits = awaitAsked();
      if (i % 2 == 0) {
        client.reset();
        waits.answer(i % 4 == 0 ? accepted : REFUSED);
      } else {
        waits.answer(i % 4 == 1 ? accepted : REFUSED);
        client.reset();
      }
    }
  }

  @Test
  void isRefusedWhenItsTimeIsOver() {
    start("limits: {handshake: 2s}");
    WsConversation client = waiting();
    Asked waits = awaitAsked();

    HttpAnswer answer = client.answerAndEnd();

    assertThat(answer.status()).isEqualTo(500);
    JsonObject event = gateway.errors().awaitId(answer.ref());
    assertThat(event.getString("kind")).isEqualTo("INTERNAL_ERROR");
    assertThat(event.getString("detail")).isEqualTo("no verdict in time");
    waits.answer(accepted);
    gateway.awaitTrue("told", () -> unused.get() == 1);
    assertThat(gateway.errors().count("BAD_HANDSHAKE")).isZero();
  }

  @Test
  void nobodyIsCutWhoseVerdictCameInTime() {
    start("limits: {handshake: 2s}");
    WsConversation client = waiting();
    awaitAsked().answer(accepted);
    client.expectUpgrade();

    gateway.connect().expectEof();

    client.send("hi").expect("hi").bye();
  }

  @Test
  void isRefusedWhenTheNodeDrains() {
    start("drain: {over: 200ms}");
    WsConversation client = waiting();
    Asked waits = awaitAsked();

    var stopped = gateway.stop();

    HttpAnswer answer = client.answerAndEnd();
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(answer.kind()).isEqualTo("SHUTTING_DOWN");
    TestGateway.done(stopped);
    waits.answer(accepted);
    gateway.awaitTrue("told", () -> unused.get() == 1);
  }
}
