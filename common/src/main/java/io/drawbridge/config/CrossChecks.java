package io.drawbridge.config;

import java.util.ArrayList;
import java.util.List;

/** What no single key can tell: whether the settings go together. */
final class CrossChecks {

  private record Listener(Role role, String path, String host, int port) {}

  private CrossChecks() {}

  static List<Problem> problems(Settings settings) {
    List<Problem> problems = new ArrayList<>();
    if (hasWeakSecret(settings.auth()) && !settings.auth().allowWeakSecret()) {
      problems.add(
          new Problem(
              "auth.secret",
              "shorter than "
                  + AuthSettings.STRONG_SECRET_BYTES
                  + " bytes, so it can be guessed; auth.allowWeakSecret: true takes it all the"
                  + " same"));
    }
    if (!Addresses.isLoopback(settings.ops().host()) && settings.ops().token() == null) {
      problems.add(
          new Problem("ops.token", "is needed where ops.host is not loopback (localhost)"));
    }
    if ((settings.tls().cert() == null) != (settings.tls().key() == null)) {
      problems.add(new Problem("tls", "cert and key go together: set both or none"));
    }
    if (settings.tls().clientCa() != null && settings.tls().cert() == null) {
      problems.add(new Problem("tls.clientCa", "needs cert and key: without TLS, nobody is asked"));
    }
    if (settings.firewall().banMax().compareTo(settings.firewall().banFor()) < 0) {
      problems.add(new Problem("firewall.banMax", "must not be shorter than firewall.banFor"));
    }
    if (settings.proxy().protocol() && settings.proxy().trusted().isEmpty()) {
      problems.add(
          new Problem(
              "proxy.protocol",
              "needs proxy.trusted: without a trusted proxy, nobody could connect"));
    }
    problems.addAll(sharedPorts(settings));
    return problems;
  }

  static List<Problem> warnings(Settings settings) {
    List<Problem> warnings = new ArrayList<>(settings.bridge().warnings());
    if (hasWeakSecret(settings.auth()) && settings.auth().allowWeakSecret()) {
      warnings.add(new Problem("auth.secret", "is weak, and allowed by auth.allowWeakSecret"));
    }
    return warnings;
  }

  private static boolean hasWeakSecret(AuthSettings auth) {
    return auth.secret() != null && auth.secret().bytes().length < AuthSettings.STRONG_SECRET_BYTES;
  }

  private static List<Problem> sharedPorts(Settings settings) {
    List<Listener> listeners =
        List.of(
            new Listener(Role.ECHO, "echo.port", settings.echo().host(), settings.echo().port()),
            new Listener(Role.AUTH, "auth.port", settings.auth().host(), settings.auth().port()),
            new Listener(Role.OPS, "ops.port", settings.ops().host(), settings.ops().port()));
    List<Listener> running =
        listeners.stream().filter(listener -> settings.roles().contains(listener.role())).toList();
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < running.size(); i++) {
      for (Listener earlier : running.subList(0, i)) {
        Listener later = running.get(i);
        if (clash(earlier, later)) {
          problems.add(
              new Problem(
                  later.path(), later.port() + " is taken by " + earlier.path() + " already"));
        }
      }
    }
    return problems;
  }

  private static boolean clash(Listener one, Listener other) {
    return one.port() != 0
        && one.port() == other.port()
        && Addresses.overlap(one.host(), other.host());
  }
}
