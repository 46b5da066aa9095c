package io.drawbridge.guard;

import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.EchoSettings;
import io.drawbridge.config.LimitSettings;
import io.drawbridge.config.Settings;

/**
 * One of the servers that clients connect to.
 *
 * @param name {@code echo} or {@code auth}, as in settings, events and metrics
 * @param host where it listens; {@code localhost} is both 127.0.0.1 and ::1
 * @param port 0 for any free one
 * @param limits those of all edges, with its own overrides
 * @param keyLimit the name by which the guard knows its limit of messages for a user or address
 */
public record Edge(String name, String host, int port, LimitSettings limits, String keyLimit) {

  public static Edge echo(Settings settings) {
    EchoSettings echo = settings.echo();
    return new Edge(
        "echo", echo.host(), echo.port(), echo.limits(), keyLimit("echo", echo.limits(), settings));
  }

  public static Edge auth(Settings settings) {
    AuthSettings auth = settings.auth();
    return new Edge(
        "auth", auth.host(), auth.port(), auth.limits(), keyLimit("auth", auth.limits(), settings));
  }

  /** The same server, under other limits. */
  public Edge reloaded(Settings settings) {
    Edge now = name.equals("echo") ? echo(settings) : auth(settings);
    return new Edge(name, host, port, now.limits(), now.keyLimit());
  }

  /** The name by which the guard knows its limit of new connections; each edge has its own. */
  public String connectLimit() {
    return name + '.' + GuardBus.CONNECT_RATE;
  }

  /** An edge without a rate of its own shares the common bucket of each key. */
  private static String keyLimit(String name, LimitSettings limits, Settings settings) {
    return limits.keyMessages().equals(settings.limits().keyMessages())
        ? GuardBus.KEY_MESSAGES
        : name + '.' + GuardBus.KEY_MESSAGES;
  }
}
