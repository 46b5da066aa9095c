package io.drawbridge.admission;

import static io.drawbridge.admission.Handshakes.valid;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HandshakeTest {

  @Test
  void answersTheKeyOfTheRfc() {
    assertThat(valid().handshake().acceptKey()).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }

  @Test
  void answersAnotherKeyDifferently() {
    assertThat(
            valid().header("Sec-WebSocket-Key", "x3JJHMbDL1EzLkh9GBhXDw==").handshake().acceptKey())
        .isEqualTo("HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
  }

  @Test
  void readsAHeaderOnlyWhenItStandsThereOnce() {
    assertThat(valid().header("Origin", " a ").handshake().only("origin")).isEqualTo("a");
    assertThat(valid().handshake().only("Origin")).isNull();
    assertThat(valid().header("Origin", "a", "a").handshake().only("Origin")).isNull();
    assertThat(valid().header("Origin", "a", "a").handshake().has("ORIGIN")).isTrue();
    assertThat(valid().handshake().has("Origin")).isFalse();
  }

  @Test
  void readsAListOverAllItsLines() {
    assertThat(valid().header("Upgrade", "a, b", ",, c ,", "").handshake().list("upgrade"))
        .containsExactly("a", "b", "c");
    assertThat(valid().handshake().list("Sec-WebSocket-Protocol")).isEmpty();
  }

  @Nested
  @DisplayName("as it stood on the wire")
  final class OnTheWire {
    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<Handshake> received = new ArrayBlockingQueue<>(1);

    @AfterEach
    void close() throws Exception {
      vertx.close().await(10, SECONDS);
    }

    private void receive(HttpServerRequest request) {
      received.add(Handshake.of(request, new TrustedProxies(List.of())));
      request.response().setStatusCode(200).end();
    }

    private Handshake sent(String... lines) throws Exception {
      HttpServer server =
          vertx
              .createHttpServer()
              .invalidRequestHandler(this::receive)
              .requestHandler(this::receive)
              .listen(0, "127.0.0.1")
              .await(10, SECONDS);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
        socket
            .getOutputStream()
            .write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(US_ASCII));
        Handshake handshake = received.poll(10, SECONDS);
        assertThat(handshake).isNotNull();
        return handshake;
      }
    }

    @Test
    void isReadToTheLetter() throws Exception {
      Handshake handshake =
          sent(
              "GET /Chat?a=%20b HTTP/1.1",
              "host: server.example.com",
              "UPGRADE: websocket",
              "Connection: keep-alive",
              "Connection: Upgrade",
              "Sec-WebSocket-Key: " + Handshakes.KEY,
              "Sec-WebSocket-Version: 13");

      assertThat(handshake.wellFormed()).isTrue();
      assertThat(handshake.method()).isEqualTo("GET");
      assertThat(handshake.http11()).isTrue();
      assertThat(handshake.target()).isEqualTo("/Chat?a=%20b");
      assertThat(handshake.headers().getAll("Connection")).containsExactly("keep-alive", "Upgrade");
      assertThat(handshake.peer()).isEqualTo("127.0.0.1");
      assertThat(handshake.acceptKey()).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      assertThat(new UpgradeCheck().check(handshake)).isEqualTo(Verdict.ADMITTED);
    }

    @Test
    void isOfAnOlderHttp() throws Exception {
      assertThat(sent("GET / HTTP/1.0", "Host: a").http11()).isFalse();
    }

    @Test
    void isOfAnotherMethod() throws Exception {
      assertThat(sent("DELETE / HTTP/1.1", "Host: a").method()).isEqualTo("DELETE");
    }

    @Test
    void isNotWellFormed() throws Exception {
      assertThat(sent("GET / HTTP/1.1", "no colon at all").wellFormed()).isFalse();
    }
  }
}
