package io.drawbridge.bench;

import io.drawbridge.admission.Capacity;
import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.bridge.AddressHub;
import io.drawbridge.auth.session.SessionRegistry;
import io.drawbridge.auth.session.SessionsVerticle;
import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.config.Settings;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult;
import io.drawbridge.edge.Gateway;
import io.drawbridge.guard.ConnectRates;
import io.drawbridge.guard.GuardBus;
import io.drawbridge.guard.GuardVerticle;
import io.drawbridge.guard.Node;
import io.drawbridge.guard.Time;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * The secure server with its guard, and a way to its sessions: each line of its standard input is a
 * request that it puts on the event bus.
 */
final class SessionsServer {
  private SessionsServer() {}

  static void serve(Path file) throws IOException {
    SettingsResult read = SettingsReader.read(file, Map.of(), Map.of());
    if (!(read instanceof SettingsResult.Loaded loaded)) {
      throw new IOException("wrong settings: " + read);
    }
    Settings settings = loaded.settings();
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    Node node = new Node("bench", Time.system(), new SimpleMeterRegistry());
    Gateway gateway = new Gateway(settings, node, new Capacity(), new ConnectRates(vertx, node));
    KeyRing ring = KeyRing.read(settings.auth(), settings.auth().secret());
    SessionRegistry sessions = new SessionRegistry(settings.auth(), node);
    AddressHub hub = new AddressHub();
    vertx
        .deployVerticle(new GuardVerticle(settings, node))
        .compose(
            guard -> vertx.deployVerticle(new SessionsVerticle(settings.data(), sessions, node)))
        .compose(
            known ->
                vertx.deployVerticle(
                    () -> new AuthVerticle(gateway, ring, sessions, hub),
                    new DeploymentOptions().setInstances(settings.auth().instances())))
        .onFailure(Throwable::printStackTrace);
    obey(vertx);
  }

  private static void obey(Vertx vertx) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      vertx
          .eventBus()
          .request(GuardBus.SESSIONS, new JsonObject(line))
          .onFailure(Throwable::printStackTrace);
    }
  }
}
