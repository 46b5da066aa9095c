package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.SettingsResult.Loaded;
import io.drawbridge.config.SettingsResult.Refused;
import java.util.List;
import java.util.Map;

/** Reads settings in a test, and expects one of the two outcomes. */
final class Read {
  private Read() {}

  static Settings settings(String yaml) {
    return loaded(SettingsReader.read(yaml)).settings();
  }

  static List<String> problems(String yaml) {
    return problems(SettingsReader.read(yaml));
  }

  static List<String> warnings(String yaml) {
    return loaded(SettingsReader.read(yaml)).warnings().stream().map(Problem::toString).toList();
  }

  static SettingsResult environment(String... variablesAndTexts) {
    return SettingsReader.read(null, pairs(variablesAndTexts), Map.of());
  }

  static SettingsResult flags(String... pathsAndTexts) {
    return SettingsReader.read(null, Map.of(), pairs(pathsAndTexts));
  }

  static Loaded loaded(SettingsResult result) {
    assertThat(result).isInstanceOf(Loaded.class);
    return (Loaded) result;
  }

  static List<String> problems(SettingsResult result) {
    assertThat(result).isInstanceOf(Refused.class);
    return ((Refused) result).problems().stream().map(Problem::toString).toList();
  }

  private static Map<String, String> pairs(String... keysAndValues) {
    return keysAndValues.length == 2
        ? Map.of(keysAndValues[0], keysAndValues[1])
        : Map.of(keysAndValues[0], keysAndValues[1], keysAndValues[2], keysAndValues[3]);
  }
}
