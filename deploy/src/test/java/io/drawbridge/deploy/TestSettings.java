package io.drawbridge.deploy;

import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Settings that leave the machine alone: free ports, files in one folder, a short end, no strikes.
 */
public final class TestSettings {
  private TestSettings() {}

  /** By dotted path. */
  public static Map<String, String> values(Path folder) {
    Map<String, String> values = new HashMap<>();
    values.put("echo.port", "0");
    values.put("auth.port", "0");
    values.put("ops.port", "0");
    values.put("echo.instances", "1");
    values.put("auth.instances", "1");
    values.put("drain.over", "200ms");
    // Conversations don't expect any.
    values.put("limits.ping", "10m");
    values.put("firewall.strikes", "unlimited");
    values.put("data", folder.resolve("data").toString());
    values.put("guard.log", log(folder).toString());
    return values;
  }

  /**
   * Settings with some keys changed.
   *
   * @param changes path, value, path, value …
   */
  public static Settings of(Path folder, String... changes) {
    Map<String, String> values = values(folder);
    for (int i = 0; i < changes.length; i += 2) {
      values.put(changes[i], changes[i + 1]);
    }
    SettingsResult result = SettingsReader.read(null, Map.of(), values);
    if (result instanceof SettingsResult.Loaded loaded) {
      return loaded.settings();
    }
    throw new IllegalArgumentException(result.toString());
  }

  /** The variable of the environment that sets a key. */
  public static String variable(String path) {
    return "DRAWBRIDGE_" + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /** The error log. */
  public static Path log(Path folder) {
    return folder.resolve("errors.log");
  }
}
