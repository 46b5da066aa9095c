package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.guard.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start script, with a Java and a Maven that only say how they were called. */
@DisabledOnOs(OS.WINDOWS)
class StartScriptTest {
  private static final Path SCRIPT = Path.of("..", "drawbridge");
  private static final long PATIENCE_SECONDS = 30;

  @TempDir private Path folder = Path.of("");
  private Path root = Path.of("");
  private Path jdk = Path.of("");
  private Path jar = Path.of("");

  private record Outcome(int status, String out, String err) {}

  @BeforeEach
  void makeAProject() throws IOException {
    folder = folder.toRealPath();
    root = Files.createDirectories(folder.resolve("with a blank"));
    jar = root.resolve("deploy/target/drawbridge.jar");
    for (String module : List.of("common", "echo-verticle", "auth-verticle", "deploy")) {
      Files.createDirectories(root.resolve(module).resolve("src/main/java"));
      Files.createFile(root.resolve(module).resolve("pom.xml"));
    }
    Files.createFile(root.resolve("pom.xml"));
    Files.createFile(root.resolve("deploy/src/main/java/Main.java"));
    Files.copy(SCRIPT, root.resolve("drawbridge"));
    executable(
        root.resolve("mvnw"),
        """
        echo "mvnw says something"
        echo built >>builds
        mkdir -p deploy/target
        echo half >deploy/target/drawbridge-fresh.jar
        [ ! -e slow ] || sleep 0.3
        echo whole >deploy/target/drawbridge-fresh.jar
        [ ! -e broken ]
        """);
    jdk = jdk("17.0.15");
  }

  @Test
  void buildsWhatIsMissingAndRunsIt() throws Exception {
    Outcome outcome = run("token", "--user", "ada lovelace");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .isEqualTo(
            "<-XX:+ExitOnOutOfMemoryError><-jar><%s><token><--user><ada lovelace>\n"
                .formatted(jar));
    assertThat(outcome.err()).contains("drawbridge: building").contains("mvnw says something");
    assertThat(jar).hasContent("whole");
  }

  @Test
  void buildsNothingThatIsNew() throws Exception {
    run();

    Outcome outcome = run();

    assertThat(outcome.err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pom.xml",
        "common/pom.xml",
        "deploy/src/main/java/Main.java",
        "auth-verticle/src/main/java/New.java",
        "echo-verticle/src/main/resources.yaml"
      })
  void buildsAgainWhatHasChanged(String changed) throws Exception {
    run();
    Files.writeString(root.resolve(changed), "new");
    Files.setLastModifiedTime(root.resolve(changed), inAMinute());

    run();

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void buildsAgainWhatHasLostAFile() throws Exception {
    run();
    Files.delete(root.resolve("deploy/src/main/java/Main.java"));
    Files.setLastModifiedTime(root.resolve("deploy/src/main/java"), inAMinute());

    run();

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void severalAtOnceBuildOnce() throws Exception {
    Files.createFile(root.resolve("slow"));
    List<CompletableFuture<Outcome>> together = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      together.add(CompletableFuture.supplyAsync(this::runUnchecked));
    }

    assertThat(together).allSatisfy(each -> assertThat(each.join().status()).isZero());
    assertThat(builds()).isEqualTo(1);
    assertThat(jar).hasContent("whole");
  }

  @Test
  void runsNothingWhereTheBuildFails() throws Exception {
    Files.createFile(root.resolve("broken"));

    Outcome outcome = run("run");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("drawbridge: the build failed");
    assertThat(jar).doesNotExist();
  }

  @Test
  void isFoundThroughSymbolicLinks() throws Exception {
    Path first = Files.createSymbolicLink(folder.resolve("first"), Path.of("with a blank"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), first.resolve("drawbridge"));

    Outcome outcome = run(Map.of(), second.toString(), "run");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).contains("<" + jar + "><run>");
  }

  @Test
  void givesJavaTheOptionsOfTheOperator() throws Exception {
    Outcome outcome =
        run(Map.of("DRAWBRIDGE_JAVA_OPTS", "-Xmx64m -Da=b"), script(), "run", "--roles", "echo");

    assertThat(outcome.out()).contains("<-Xmx64m><-Da=b><-jar>").endsWith("<run><--roles><echo>\n");
  }

  @Test
  void givesNewerJavasTheOptionsThatOlderOnesDoNotKnow() throws Exception {
    jdk = jdk("25.0.1");

    assertThat(run().out())
        .contains(
            "<--enable-native-access=ALL-UNNAMED><--sun-misc-unsafe-memory-access=allow><-jar>");
  }

  @Test
  void findsTheJavaOnThePath() throws Exception {
    String path = jdk.resolve("bin") + ":" + System.getenv("PATH");

    Outcome outcome = run(Map.of("JAVA_HOME", "", "PATH", path), script(), "run");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).endsWith("<run>\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"11.0.2", "1.8.0_402", "16"})
  void refusesAJavaThatIsTooOld(String version) throws Exception {
    jdk = jdk(version);

    Outcome outcome = run("run");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("but 17 or newer is needed").hasLineCount(1);
    assertThat(builds()).isZero();
  }

  @Test
  void asksAJavaThatHasNoReleaseFile() throws Exception {
    jdk = jdk("11.0.2");
    Files.delete(jdk.resolve("release"));

    assertThat(run("run").err()).contains("is Java 11, but 17 or newer is needed");
  }

  @Test
  void saysSoWhereThereIsNoJava() throws Exception {
    Outcome outcome = run(Map.of("JAVA_HOME", "/no/where"), script(), "run");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .isEqualTo("drawbridge: JAVA_HOME is /no/where, but there is no bin/java in it\n");
  }

  private static FileTime inAMinute() {
    return FileTime.from(Time.system().now().plus(Duration.ofMinutes(1)));
  }

  private String script() {
    return root.resolve("drawbridge").toString();
  }

  private int builds() throws IOException {
    Path builds = root.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  /** Says what it was given; as the real one, it tells its version when it is asked. */
  private Path jdk(String version) throws IOException {
    Path home = folder.resolve("jdk " + version);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    executable(
        home.resolve("bin/java"),
        """
        if [ "$1" = -version ]; then
          echo 'openjdk version "%s" 2025-04-15' >&2
        else
          printf '<%%s>' "$@"
          echo
        fi
        """
            .formatted(version));
    return home;
  }

  private static void executable(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Outcome run(String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(script()));
    line.addAll(List.of(arguments));
    return run(Map.of(), line.toArray(String[]::new));
  }

  private Outcome runUnchecked() {
    try {
      return run();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Outcome run(Map<String, String> environment, String... line)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().remove("DRAWBRIDGE_JAVA_OPTS");
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      return new Outcome(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }
}
