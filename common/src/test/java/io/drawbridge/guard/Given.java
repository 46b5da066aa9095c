package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.GuardSettings;
import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.config.SettingsResult.Loaded;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;

/** Settings and nodes for tests. */
final class Given {
  static final long TEN_MIB = 10 << 20;

  private Given() {}

  static Settings settings(String yaml) {
    SettingsResult result = SettingsReader.read(yaml);
    assertThat(result).isInstanceOf(Loaded.class);
    return ((Loaded) result).settings();
  }

  /**
   * Settings that log to this file and keep the bans in a folder beside it; the rest of the YAML
   * may set all but {@code guard} and {@code data}.
   */
  static Settings settings(Path log, String yaml) {
    String files =
        "data: '%s'\nguard: { log: '%s', perPeerPerMinute: 5 }\n"
            .formatted(log.resolveSibling("data"), log);
    return settings(files + yaml);
  }

  static GuardSettings logging(Path log) {
    return new GuardSettings(log, TEN_MIB, 30, 20);
  }

  static Node node(Time time) {
    return new Node("node-1", time, new SimpleMeterRegistry());
  }
}
