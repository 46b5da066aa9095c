package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.TestSettings;
import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.TestCertificates;
import io.drawbridge.edge.TlsClient;
import io.drawbridge.edge.WsConversation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own, which logs all that it and its libraries can log. */
class RunWithTlsTest {
  @TempDir private Path folder = Path.of("");
  @TempDir private Path keys = Path.of("");

  @Test
  void speaksTlsOnlyTakesACertificateOnHupAndTellsNoKey() throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    TlsClient client = certificates.client();
    write("server");

    try (Child child = Child.start(folder, environment(), "run", "--roles", "echo,auth,guard")) {
      child.awaitReady();
      int port = child.port("echo");
      assertThat(child.err())
          .contains("echo listens on wss://localhost:", "auth listens on wss://localhost:");
      WsConversation old = WsConversation.open(port, client);
      old.send("hi").expect("Server received: hi");
      WsConversation.connect(port).raw(HandshakeText.valid().bytes()).expectGone();
      write("other");
      child.hangUp();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> client.shownBy(port).equals(certificates.certificateOf("other")));
      old.send("still here").expect("Server received: still here").bye();
      child.terminate();
      assertThat(child.exitStatus()).isZero();
      assertThat(child.err()).contains("TRACE ", "is in force for new connections");
    }

    assertThat(Files.readString(TestSettings.log(folder))).contains("TLS: no TLS is spoken");
    for (String name : List.of("server", "other")) {
      List<String> lines = certificates.key(name).lines().toList();
      for (String text : written()) {
        assertThat(text).doesNotContain("PRIVATE KEY", lines.get(1), lines.get(2));
      }
    }
  }

  @Test
  void refusesAKeyThatIsNotTheCertificates() throws Exception {
    write("server");
    Files.writeString(keys.resolve("key.pem"), TestCertificates.shared().key("other"));

    for (List<String> command : List.of(List.of("run"), List.of("check-config", settings()))) {
      try (Child child = Child.start(folder, environment(), command.toArray(String[]::new))) {
        assertThat(child.exitStatus()).isEqualTo(2);
        assertThat(child.out()).isEmpty();
        assertThat(child.err())
            .contains("tls.key: ", "key.pem is not the key of the certificate in tls.cert");
      }
    }
  }

  private String settings() throws IOException {
    return Files.writeString(folder.resolve("empty.yaml"), "").toString();
  }

  private Map<String, String> environment() throws IOException {
    Path logback = Files.writeString(folder.resolve("everything.xml"), SecrecyTest.EVERYTHING);
    return Map.of(
        Child.LOGGING,
        logback.toString(),
        "DRAWBRIDGE_TLS_CERT",
        keys.resolve("cert.pem").toString(),
        "DRAWBRIDGE_TLS_KEY",
        keys.resolve("key.pem").toString());
  }

  private void write(String name) throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    Files.writeString(keys.resolve("cert.pem"), certificates.certificate(name));
    Files.writeString(keys.resolve("key.pem"), certificates.key(name));
  }

  private List<String> written() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> files = all.filter(Files::isRegularFile).toList();
      assertThat(files).isNotEmpty();
      return files.stream().map(RunWithTlsTest::text).toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
