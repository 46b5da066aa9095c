package io.drawbridge.deploy;

import io.drawbridge.config.Role;
import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A whole server that watches its settings file, which a test writes anew. */
final class WatchedServer implements AfterEachCallback {
  private final Path folder;
  private final String roles;
  private @Nullable Server server;

  /**
   * @param roles separated by commas
   */
  WatchedServer(String roles) throws IOException {
    this.folder = Files.createTempDirectory("drawbridge-watched");
    this.roles = roles;
  }

  WatchedServer start(String yaml) throws IOException {
    settings(yaml);
    server = Servers.start(read());
    server.watch(folder.resolve("drawbridge.yaml"), this::result);
    return this;
  }

  /** What the file says now. */
  Settings read() {
    if (result() instanceof SettingsResult.Loaded loaded) {
      return loaded.settings();
    }
    throw new IllegalArgumentException(result().toString());
  }

  private SettingsResult result() {
    Map<String, String> flags = TestSettings.values(folder);
    flags.put("limits.connectRate", "unlimited");
    flags.put("limits.connectionsPerAddress", "unlimited");
    flags.put("limits.keyMessages", "unlimited");
    flags.put("auth.sessionsPerUser", "unlimited");
    flags.put("auth.instances", "2");
    flags.put("roles", roles);
    return SettingsReader.read(folder.resolve("drawbridge.yaml"), Map.of(), flags);
  }

  /** As SIGHUP does it. */
  void reload() {
    Servers.await(Objects.requireNonNull(server).reload());
  }

  void settings(String yaml) throws IOException {
    put("drawbridge.yaml", yaml);
  }

  /** As a careful operator does it: at once. */
  void put(String name, String text) throws IOException {
    Path fresh = Files.writeString(folder.resolve(name + ".new"), text);
    Files.move(
        fresh,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  int port(Role role) {
    return Objects.requireNonNull(server).port(role);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (server != null) {
      Servers.await(server.stop());
    }
  }
}
