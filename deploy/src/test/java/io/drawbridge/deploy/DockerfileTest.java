package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Settings;
import io.drawbridge.deploy.cli.RunArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The image, as far as it can be judged without being built. */
class DockerfileTest {
  private static final Path DOCKER = ShippedFiles.DEPLOY.resolve("docker");
  private static final Path FILE = DOCKER.resolve("Dockerfile");
  private static final Path ROOT = ShippedFiles.DEPLOY.resolve("..").normalize();

  @Test
  void aLinterFindsNothing() throws Exception {
    assertThat(ShippedFiles.lint("dockerfile", FILE)).isEqualTo("exit 0");
  }

  @Test
  void whatRunsIsNotRoot() throws IOException {
    List<String> last = lastStage();

    assertThat(last).contains("USER 10001:10001");
    assertThat(last.indexOf("USER 10001:10001"))
        .isLessThan(last.indexOf("ENTRYPOINT [\"/opt/drawbridge/bin/drawbridge\"]"));
  }

  @Test
  void itGetsItsSignalsItself() throws IOException {
    assertThat(lastStage())
        .contains("STOPSIGNAL SIGTERM")
        .filteredOn(line -> line.matches("(ENTRYPOINT|CMD) .*"))
        .isNotEmpty()
        .allMatch(line -> line.matches("[A-Z]+ \\[.*]"));
  }

  @Test
  void itsHealthCheckAsksAPageThatThereIs() throws IOException {
    assertThat(lastStage())
        .filteredOn(line -> line.startsWith("HEALTHCHECK"))
        .singleElement()
        .asString()
        .endsWith("CMD [\"/opt/drawbridge/bin/probe\", \"/livez\"]");
    assertThat(DOCKER.resolve("probe")).isExecutable();
    assertThat(DOCKER.resolve("drawbridge")).isExecutable();
    assertThat(DOCKER.resolve("assemble")).isExecutable();
  }

  @Test
  void holdsNoSecret() throws IOException {
    assertThat(Files.readString(FILE).toLowerCase(Locale.ROOT))
        .doesNotContain("token")
        .doesNotContain("password")
        .doesNotContainPattern("(?m)^(env|arg) ");
  }

  @Test
  void startsWithSettingsWhoseFilesLieInItsVolumes() throws IOException {
    List<String> last = lastStage();
    assertThat(last).contains("CMD [\"run\", \"--config\", \"/etc/drawbridge/drawbridge.yaml\"]");
    assertThat(last)
        .contains("VOLUME [\"/var/lib/drawbridge\", \"/var/log/drawbridge\"]")
        .contains("EXPOSE 8765 8888");

    Settings settings =
        ShippedFiles.settings(
            DOCKER.resolve("drawbridge.yaml"),
            Map.of(),
            RunArguments.of(List.of("run", "--config", "/etc/drawbridge/drawbridge.yaml")));
    assertThat(settings.data()).isEqualTo(Path.of("/var/lib/drawbridge"));
    assertThat(settings.guard().log().getParent()).isEqualTo(Path.of("/var/log/drawbridge"));
    assertThat(settings.echo().port()).isEqualTo(8765);
    assertThat(settings.auth().port()).isEqualTo(8888);
    assertThat(settings.ops().host()).isEqualTo("localhost");
  }

  /** A pattern that is left out there would break the build where nobody here notices. */
  @Test
  void sendsTheBuilderWhatItBuildsFrom() throws IOException {
    List<String> lines = Files.readAllLines(ROOT.resolve(".dockerignore"));
    List<String> sent =
        lines.stream().filter(line -> line.startsWith("!")).map(line -> line.substring(1)).toList();

    assertThat(lines).contains("*");
    assertThat(sent).allSatisfy(path -> assertThat(ROOT.resolve(path)).exists());
    assertThat(sent).contains("mvnw", ".mvn", "pom.xml", "LICENSE");
    for (String module : modules()) {
      assertThat(sent).contains(module + "/pom.xml");
      if (!module.equals("bench")) {
        assertThat(sent).contains(module + "/src/main");
      }
    }
    assertThat(Files.readAllLines(FILE))
        .filteredOn(line -> line.startsWith("COPY") && !line.contains("--from"))
        .allSatisfy(
            line ->
                assertThat(Stream.concat(sent.stream(), Stream.of("."))).contains(source(line)));
  }

  private static String source(String copy) {
    String[] words = copy.split(" ", -1);
    return words[words.length - 2];
  }

  private static List<String> modules() throws IOException {
    return Pattern.compile("<module>(.*)</module>")
        .matcher(Files.readString(ROOT.resolve("pom.xml")))
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  /** The instructions from the last FROM on, each on one line. */
  private static List<String> lastStage() throws IOException {
    String text = Files.readString(FILE).replaceAll("\\\\\n\\s*", "");
    return Arrays.asList(text.substring(text.lastIndexOf("\nFROM ") + 1).split("\n", -1));
  }
}
