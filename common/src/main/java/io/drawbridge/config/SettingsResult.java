package io.drawbridge.config;

import java.util.List;

/** What reading the settings led to. */
public sealed interface SettingsResult permits SettingsResult.Loaded, SettingsResult.Refused {

  /**
   * Settings to run with.
   *
   * @param warnings what the operator should know; often empty
   * @param effective every key and its value as YAML, secrets masked
   */
  record Loaded(Settings settings, List<Problem> warnings, String effective)
      implements SettingsResult {
    public Loaded {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Settings not to run with.
   *
   * @param problems all of them; never empty
   */
  record Refused(List<Problem> problems) implements SettingsResult {
    public Refused {
      problems = List.copyOf(problems);
    }
  }
}
