package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The two scripts of the image: the one that starts it, and the one that asks after its health. */
@EnabledOnOs(OS.LINUX)
class ImageScriptsTest {
  private static final Path DOCKER = ShippedFiles.DEPLOY.resolve("docker");
  private static final String TOKEN = "an admin token of some length";

  @TempDir private Path folder = Path.of("");

  private ForeignProgram.Outcome run(Map<String, String> environment, String... line)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("env", "-i", "PATH=/usr/bin:/bin"));
    environment.forEach((name, value) -> command.add(name + "=" + value));
    command.addAll(List.of(line));
    return ForeignProgram.run(folder, command);
  }

  private Path secret(String name, String content) throws IOException {
    Path secrets = Files.createDirectories(folder.resolve("secrets"));
    Files.writeString(secrets.resolve(name), content);
    return secrets;
  }

  // --- the start --------------------------------------------------------------------------------

  private String launcher() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("an image/bin"));
    Path java = Files.createDirectories(folder.resolve("an image/runtime/bin")).resolve("java");
    Files.writeString(
        java,
        """
        #!/bin/sh
        printf '<%s>' "$@"
        echo
        env | grep ^DRAWBRIDGE | sort
        """);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    return Files.copy(DOCKER.resolve("drawbridge"), bin.resolve("drawbridge")).toString();
  }

  @Test
  void startsTheJavaOfTheImageWithTheArguments() throws Exception {
    String launcher = launcher();
    String home = folder.resolve("an image").toRealPath().toString();

    String out =
        run(Map.of("DRAWBRIDGE_JAVA_OPTS", "-Xmx99m -Da=b"), launcher, "run", "--roles", "a b")
            .text();

    assertThat(out)
        .contains("<-Djava.library.path=" + home + "/native>")
        .contains("<-Xmx99m><-Da=b><-jar><" + home + "/drawbridge.jar><run><--roles><a b>\n");
  }

  @Test
  void filesAmongTheSecretsBecomeSettings() throws Exception {
    Path secrets = secret("DRAWBRIDGE_AUTH_SECRET", "one $(two) \"three\"\n");
    secret("OTHER", "not ours");

    String out = run(Map.of("CREDENTIALS_DIRECTORY", secrets.toString()), launcher()).text();

    assertThat(out.lines().skip(1)).containsExactly("DRAWBRIDGE_AUTH_SECRET=one $(two) \"three\"");
  }

  // --- the health check -------------------------------------------------------------------------

  private ForeignProgram.Outcome probe(Map<String, String> environment, String page)
      throws IOException, InterruptedException {
    return run(environment, DOCKER.resolve("probe").toString(), page);
  }

  @Test
  void aServerThatServesIsWell() throws Exception {
    Server server = Servers.start(TestSettings.of(folder, "ops.token", TOKEN));
    try {
      String port = Integer.toString(server.port(Role.OPS));
      Map<String, String> shown =
          Map.of("DRAWBRIDGE_OPS_PORT", port, "DRAWBRIDGE_OPS_TOKEN", TOKEN);
      Path secrets = secret("DRAWBRIDGE_OPS_TOKEN", TOKEN + "\n");
      Map<String, String> inAFile =
          Map.of("DRAWBRIDGE_OPS_PORT", port, "CREDENTIALS_DIRECTORY", secrets.toString());

      assertThat(probe(shown, "/livez")).isEqualTo(new ForeignProgram.Outcome(0, ""));
      assertThat(probe(shown, "/readyz")).isEqualTo(new ForeignProgram.Outcome(0, ""));
      assertThat(probe(inAFile, "/readyz")).isEqualTo(new ForeignProgram.Outcome(0, ""));

      ForeignProgram.Outcome without = probe(Map.of("DRAWBRIDGE_OPS_PORT", port), "/readyz");
      assertThat(without.status()).isEqualTo(1);
      assertThat(without.text()).startsWith("401 ");
    } finally {
      Servers.await(server.stop());
    }
  }

  @Test
  void aServerThatIsNotReadySaysWhy() throws Exception {
    Server server = Servers.start(TestSettings.of(folder, "roles", "echo,ops"));
    try {
      String port = Integer.toString(server.port(Role.OPS));
      ForeignProgram.Outcome outcome = probe(Map.of("DRAWBRIDGE_OPS_PORT", port), "/readyz");

      assertThat(outcome.status()).isEqualTo(1);
      assertThat(outcome.text()).startsWith("503 ").contains("\"id\":\"guard\"");
    } finally {
      Servers.await(server.stop());
    }
  }

  @Test
  void nobodyIsNotWell() throws Exception {
    String port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = Integer.toString(free.getLocalPort());
    }

    assertThat(probe(Map.of("DRAWBRIDGE_OPS_PORT", port), "/livez"))
        .isEqualTo(new ForeignProgram.Outcome(1, "nobody listens on port " + port + "\n"));
  }

  @Test
  void whoDoesNotAnswerIsNotWell() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(silent.getLocalPort());

      assertThat(probe(Map.of("DRAWBRIDGE_OPS_PORT", port), "/livez"))
          .isEqualTo(new ForeignProgram.Outcome(1, "no answer on port " + port + "\n"));
    }
  }
}
