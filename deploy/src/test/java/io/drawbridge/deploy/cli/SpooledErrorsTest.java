package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drawbridge.deploy.Servers;
import io.drawbridge.deploy.TestSettings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Errors that clients were told of while no guard was there, over the end of the process. */
class SpooledErrorsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder = Path.of("");

  /** A refused handshake; its id. */
  private static String err(Child child) {
    String body = Servers.get(child.port("echo"), "/").body();
    Matcher ref = Pattern.compile("\\[ref ([^]]+)]").matcher(body);
    assertThat(ref.find()).as(body).isTrue();
    return ref.group(1);
  }

  private Child withoutGuard() throws IOException {
    Child child = Child.start(folder, Map.of(), "run", "--roles", "echo");
    child.awaitReady();
    return child;
  }

  private List<Path> spooled() throws IOException {
    Path spool = folder.resolve("data").resolve("spool");
    if (!Files.exists(spool)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(spool)) {
      return files.filter(file -> file.toString().endsWith(".jsonl")).toList();
    }
  }

  private int spooledEvents() throws IOException {
    int events = 0;
    for (Path file : spooled()) {
      events += Files.readAllLines(file).size();
    }
    return events;
  }

  private List<String> logged() throws IOException {
    Path log = TestSettings.log(folder);
    if (!Files.exists(log)) {
      return List.of();
    }
    return Files.readAllLines(log).stream()
        .map(line -> new JsonObject(line).getString("id"))
        .toList();
  }

  private void startsAndLogs(List<String> ids) throws Exception {
    try (Child child = Child.start(folder, Map.of(), "run", "--roles", "echo,guard")) {
      child.awaitReady();
      await().atMost(PATIENCE).until(() -> logged().size() >= ids.size() && spooled().isEmpty());
      child.terminate();
      assertThat(child.exitStatus()).isZero();
    }
    assertThat(logged()).isEqualTo(ids);
  }

  @Test
  void areLoggedByTheNextProcessAfterItsEnd() throws Exception {
    List<String> ids = new ArrayList<>();
    try (Child child = withoutGuard()) {
      for (int i = 0; i < 5; i++) {
        ids.add(err(child));
      }
      child.terminate();
      assertThat(child.exitStatus()).isZero();
    }

    assertThat(spooled()).hasSize(1);
    startsAndLogs(ids);
  }

  @Test
  void areLoggedByTheNextProcessAfterItWasKilled() throws Exception {
    List<String> ids = new ArrayList<>();
    try (Child child = withoutGuard()) {
      for (int i = 0; i < 5; i++) {
        ids.add(err(child));
      }
      await().atMost(PATIENCE).until(() -> spooledEvents() == ids.size());
      child.kill();
    }

    startsAndLogs(ids);
  }
}
