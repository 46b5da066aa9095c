package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.config.Role;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.edge.HandshakeText;
import io.drawbridge.edge.TestCertificates;
import io.drawbridge.edge.TlsClient;
import io.drawbridge.edge.WsConversation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsWatchTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder = Path.of("");
  private @Nullable Server server;

  @AfterEach
  void stop() {
    if (server != null) {
      Servers.await(server.stop());
    }
  }

  // --- settings ---------------------------------------------------------------------------------

  @Test
  void takesAChangedFile() throws Exception {
    start("");
    WsConversation old = WsConversation.open(port());

    settings("firewall: {deny: [127.0.0.0/8]}");

    await().atMost(PATIENCE).until(() -> status() == 403);
    old.send("still here").expect("Server received: still here").bye();
  }

  @Test
  void newConnectionsGetNewLimits() throws Exception {
    start("limits: {messageSize: 1KiB}");
    WsConversation old = WsConversation.open(port());

    settings("limits: {messageSize: 8}");
    reload();

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                WsConversation.open(port())
                    .send("longer than 8")
                    .expectClose(1009, "MESSAGE_TOO_BIG")
                    .close());
    old.send("longer than 8").expect("Server received: longer than 8").bye();
  }

  @Test
  void aBadFileChangesNothing() throws Exception {
    start("firewall: {deny: [127.0.0.2/32]}");

    settings("firewall: {deny: [127.0.0.0/8], window: soon}");
    reload();

    assertThat(status()).isEqualTo(101);
    settings("firewall: {deny: [127.0.0.0/8]}");
    reload();
    await().atMost(PATIENCE).until(() -> status() == 403);
  }

  @Test
  void aPortIsNotTakenAnew() throws Exception {
    start("");
    int before = port();

    settings("echo: {prefix: 'other '}\nfirewall: {origins: ['*']}");
    reload();

    assertThat(port()).isEqualTo(before);
    WsConversation.open(port()).send("hi").expect("Server received: hi").bye();
  }

  // --- certificates -----------------------------------------------------------------------------

  @Test
  void certificatesChangeUnderLoadWithoutAFailedHandshake() throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    certificate("server");
    start(tls());
    TlsClient client = certificates.client();
    WsConversation old = WsConversation.open(port(), client);
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger talks = new AtomicInteger();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Thread thread =
          new Thread(
              () -> {
                while (!done.get()) {
                  try {
                    WsConversation.open(port(), client)
                        .send("hi")
                        .expect("Server received: hi")
                        .bye();
                    talks.incrementAndGet();
                  } catch (RuntimeException | AssertionError e) {
                    failures.add(e);
                  }
                }
              });
      clients.add(thread);
      thread.start();
    }

    for (String name : List.of("other", "rsa", "server", "other", "rsa")) {
      certificate(name);
      await()
          .atMost(PATIENCE)
          .until(() -> client.shownBy(port()).equals(certificates.certificateOf(name)));
    }
    done.set(true);
    for (Thread each : clients) {
      each.join();
    }

    assertThat(failures).isEmpty();
    assertThat(talks).hasPositiveValue();
    old.send("still here").expect("Server received: still here").bye();
  }

  @Test
  void aCertificateWithoutItsKeyChangesNothing() throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    certificate("server");
    start(tls());

    put("cert.pem", certificates.certificate("other"));
    reload();

    assertThat(certificates.client().shownBy(port()))
        .isEqualTo(certificates.certificateOf("server"));
    put("key.pem", certificates.key("other"));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                certificates.client().shownBy(port()).equals(certificates.certificateOf("other")));
  }

  @Test
  void tlsIsNotSwitchedOffByAReload() throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    certificate("server");
    start(tls());

    settings("firewall: {origins: ['*']}");
    reload();

    WsConversation.open(port(), certificates.client())
        .send("hi")
        .expect("Server received: hi")
        .bye();
  }

  // --- helpers ----------------------------------------------------------------------------------

  private void start(String yaml) throws IOException {
    settings(yaml);
    if (!(read() instanceof SettingsResult.Loaded loaded)) {
      throw new IllegalArgumentException(read().toString());
    }
    server = Servers.start(loaded.settings());
    server.watch(folder.resolve("drawbridge.yaml"), this::read);
  }

  private void reload() {
    Servers.await(Objects.requireNonNull(server).reload());
  }

  private SettingsResult read() {
    Map<String, String> flags = TestSettings.values(folder);
    flags.put("limits.connectRate", "unlimited");
    flags.put("limits.keyMessages", "unlimited");
    flags.put("roles", "echo,guard");
    return SettingsReader.read(folder.resolve("drawbridge.yaml"), Map.of(), flags);
  }

  private void settings(String yaml) throws IOException {
    put("drawbridge.yaml", yaml);
  }

  private String tls() {
    return "tls: {cert: '%s', key: '%s'}"
        .formatted(folder.resolve("cert.pem"), folder.resolve("key.pem"));
  }

  private void certificate(String name) throws Exception {
    TestCertificates certificates = TestCertificates.shared();
    put("cert.pem", certificates.certificate(name));
    put("key.pem", certificates.key(name));
  }

  /** As a careful operator does it: at once. */
  private void put(String name, String text) throws IOException {
    Path fresh = Files.writeString(folder.resolve(name + ".new"), text);
    Files.move(
        fresh,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private int port() {
    return Objects.requireNonNull(server).port(Role.ECHO);
  }

  private int status() {
    try (WsConversation client = WsConversation.connect(port())) {
      return client.raw(HandshakeText.valid().bytes()).status();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }
}
