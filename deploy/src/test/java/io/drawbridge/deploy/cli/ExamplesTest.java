package io.drawbridge.deploy.cli;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.cli.ExamplePrograms.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The examples, in each language")
final class ExamplesTest {
  /** In the settings of the examples. */
  private static final Duration TIMEOUT = Duration.ofSeconds(8);

  /** Long enough to start a service on a busy machine. */
  private static final Duration SHORT_LIFE = Duration.ofSeconds(20);

  @TempDir private Path folder = Path.of("");
  private ExamplePrograms programs = new ExamplePrograms(folder);
  private Child server;

  @BeforeEach
  void start() throws Exception {
    programs = new ExamplePrograms(folder);
    server = programs.serve(Map.of());
  }

  @AfterEach
  void stop() throws Exception {
    programs.close();
  }

  /** Services of one address take turns, so each client hears each of them. */
  private static void awaitAnswersOfAll(List<Program> clients) {
    for (Program client : clients) {
      for (String language : ExamplePrograms.LANGUAGES) {
        client.awaitAnswer("tea: 240 by " + language);
      }
    }
  }

  private List<Program> services() throws Exception {
    List<Program> services = new ArrayList<>();
    for (String language : ExamplePrograms.LANGUAGES) {
      Path token = programs.token(language, "prices.serve", "1h");
      services.add(programs.run(language, "service", token));
    }
    services.forEach(ExamplePrograms::serving);
    return services;
  }

  @Test
  void anyServiceAnswersAnyClientAlsoAfterARestart() throws Exception {
    List<Program> clients = programs.clients();
    services();
    awaitAnswersOfAll(clients);
    for (Program client : clients) {
      assertThat(client.ask(""))
          .isEqualTo(": failed, 422 /item: must be at least 1 characters long");
    }

    server.terminate();
    assertThat(server.exitStatus()).isZero();
    programs.serve(Map.of("DRAWBRIDGE_AUTH_PORT", Integer.toString(programs.port())));

    awaitAnswersOfAll(clients);
  }

  @Test
  void aServiceThatIsKilledMidRequestFailsItsCallersAndTheNextTakesOver() throws Exception {
    Program slow = programs.service("python", "60");
    List<Program> clients = programs.clients();
    for (Program client : clients) {
      assertThat(client.ask("")).contains("422");
    }
    for (Program client : clients) {
      client.type("coffee");
    }
    await().atMost(TIMEOUT).until(() -> count(slow.said(), "asked for coffee") == 3);

    slow.close();

    // Not the 504 that a time-out would bring.
    String gone = "coffee: failed, 503 The client that served the request is gone\n";
    for (Program client : clients) {
      await().atMost(TIMEOUT).until(() -> client.said().contains(gone));
    }
    assertThat(clients.get(0).ask("tea")).isEqualTo("tea: failed, -1 Nobody serves this address");
    programs.service("node");
    clients.forEach(client -> client.awaitAnswer("tea: 240 by node"));
  }

  private static long count(String text, String line) {
    return text.lines().filter(line::equals).count();
  }

  @Test
  void aServiceThatThinksTooLongFailsItsCaller() throws Exception {
    programs.service("python", "60");
    assertThat(programs.client("python").ask("tea"))
        .isEqualTo("tea: failed, 504 The client that serves the request did not answer in time");
  }

  @Test
  void aServiceGoesOnWithItsNextToken() throws Exception {
    List<Program> services = new ArrayList<>();
    for (String language : ExamplePrograms.LANGUAGES) {
      Path later = folder.resolve(language + ".later");
      Files.move(programs.token(language, "prices.serve", "1h"), later);
      Path now = programs.token(language, "prices.serve", SHORT_LIFE.toSeconds() + "s");
      services.add(ExamplePrograms.serving(programs.run(language, "service", now)));
      Files.move(later, now, ATOMIC_MOVE, REPLACE_EXISTING);
    }

    // The last of the short ones was made before this.
    long end = System.nanoTime() + SHORT_LIFE.toNanos();
    await().atMost(ExamplePrograms.PATIENCE).until(() -> System.nanoTime() > end);

    awaitAnswersOfAll(List.of(programs.client("python")));
    for (Program service : services) {
      assertThat(service.said()).doesNotContain("closed:", "refused:");
    }
  }

  @Test
  void aClientWithoutTheScopeIsToldSo() throws Exception {
    Path token = programs.token("other", "other", "1h");
    for (String language : ExamplePrograms.LANGUAGES) {
      assertThat(programs.run(language, "client", token).ask("tea"))
          .isEqualTo("tea: failed, 403 Access denied");
    }
  }
}
