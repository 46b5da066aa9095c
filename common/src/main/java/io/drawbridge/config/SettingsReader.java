package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings: flags over the environment over the file over the defaults.
 *
 * <p>Whatever the operator wrote, the answer is a {@link SettingsResult}, with every problem in it.
 */
public final class SettingsReader {

  private static final String FILE = "(file)";

  private SettingsReader() {}

  /**
   * Reads all there is to read.
   *
   * @param file YAML in UTF-8, at most 1 MiB; null for none
   * @param environment the process's variables; those not named {@code DRAWBRIDGE_…} are left alone
   * @param flags values by dotted path, such as {@code echo.port} to {@code 9000}
   */
  public static SettingsResult read(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
    List<Problem> problems = new ArrayList<>();
    String yaml = "";
    try {
      yaml = file == null ? "" : text(file);
    } catch (BadValue bad) {
      problems.add(new Problem(FILE, bad.why()));
    }
    return read(yaml, environment, flags, problems);
  }

  /** Reads settings from the text of a file alone. */
  public static SettingsResult read(String yaml) {
    return read(yaml, Map.of(), Map.of(), new ArrayList<>());
  }

  /** The settings of an operator who sets nothing. */
  public static Settings defaults() {
    JsonNode nothing = JsonNodeFactory.instance.objectNode();
    return Settings.from(Section.root(nothing, Defaults.tree(), new ArrayList<>()));
  }

  private static SettingsResult read(
      String yaml,
      Map<String, String> environment,
      Map<String, String> flags,
      List<Problem> problems) {
    Overlay given = new Overlay(JsonNodeFactory.instance.objectNode(), problems);
    try {
      given.add(document(yaml));
    } catch (BadValue bad) {
      problems.add(new Problem(FILE, bad.why()));
    }
    Environment.overlay(environment, given, problems);
    // Sorted, so that echo.limits comes before echo.limits.messages, which may refine it.
    new TreeMap<>(flags).forEach(given::add);
    return judge(given.tree(), problems);
  }

  private static SettingsResult judge(ObjectNode given, List<Problem> problems) {
    Settings settings = Settings.from(Section.root(given, Defaults.tree(), problems));
    problems.addAll(CrossChecks.problems(settings));
    if (!problems.isEmpty()) {
      return new SettingsResult.Refused(problems);
    }
    return new SettingsResult.Loaded(
        settings, CrossChecks.warnings(settings), EffectiveYaml.of(given));
  }

  private static ObjectNode document(String yaml) {
    JsonNode document = YamlText.parse(yaml);
    if (document.isNull()) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (document instanceof ObjectNode sections) {
      return sections;
    }
    throw new BadValue("expected sections such as echo, auth and limits");
  }

  private static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(YamlText.LONGEST + 1);
      if (bytes.length > YamlText.LONGEST) {
        throw new BadValue(file + " is larger than 1 MiB");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException missing) {
      throw new BadValue("there is no file " + file);
    } catch (AccessDeniedException denied) {
      throw new BadValue(file + " may not be read by this user");
    } catch (CharacterCodingException notText) {
      throw new BadValue(file + " is not UTF-8 text");
    } catch (IOException broken) {
      throw new BadValue(file + " can't be read: " + broken.getMessage());
    }
  }
}
