package io.drawbridge.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.deploy.cli.RunArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files by which it is deployed, as the tools read them for which they are. */
final class ShippedFiles {
  static final Path DEPLOY = Path.of("").toAbsolutePath();

  /** What the process needs after {@code drain.over}, see docs/operations.md. */
  static final Duration TO_LEAVE = Duration.ofSeconds(10);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SECONDS = Pattern.compile("(\\d+)s?");

  private ShippedFiles() {}

  /** All documents of a YAML file, anchors and merge keys resolved. */
  static List<JsonNode> documents(Path file) throws IOException {
    return documents(Files.readString(file));
  }

  static List<JsonNode> documents(String yaml) {
    List<JsonNode> documents = new ArrayList<>();
    for (Object each : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(yaml)) {
      documents.add(JSON.valueToTree(each));
    }
    return documents;
  }

  static List<JsonNode> items(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).toList();
  }

  static List<String> texts(JsonNode list) {
    return items(list).stream().map(JsonNode::asText).toList();
  }

  /** As {@code 45}, {@code 45s}. */
  static Duration seconds(String text) {
    Matcher number = SECONDS.matcher(text);
    assertThat(number.matches()).as(text).isTrue();
    return Duration.ofSeconds(Long.parseLong(number.group(1)));
  }

  /** What a process reads that is started so; fails with every problem where it would refuse. */
  static Settings settings(Path file, Map<String, String> environment, RunArguments arguments) {
    SettingsResult result = SettingsReader.read(file, environment, arguments.flags());
    if (result instanceof SettingsResult.Loaded loaded) {
      return loaded.settings();
    }
    throw new AssertionError(file + " with " + environment.keySet() + ": " + result);
  }

  /** What a linter or schema of others finds; skipped where Node or the packages are missing. */
  static String lint(String kind, Path file) throws IOException, InterruptedException {
    Path folder = Path.of("src", "test", "lint").toAbsolutePath();
    ForeignProgram.needs(
        "node, and `npm ci` in " + folder, folder, "node", "-e", "require.resolve('yaml')");
    ForeignProgram.Outcome outcome =
        ForeignProgram.run(folder, List.of("node", "lint.js", kind, file.toString()));
    return outcome.text().isEmpty() ? "exit " + outcome.status() : outcome.text();
  }
}
