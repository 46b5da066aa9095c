package io.drawbridge.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What no single key can tell: whether the settings go together. */
final class CrossChecks {

  private record Listener(Role role, String path, String host, int port) {}

  private CrossChecks() {}

  static List<Problem> problems(Settings settings) {
    List<Problem> problems = new ArrayList<>();
    problems.addAll(keys(settings.auth()));
    if (!Addresses.isLoopback(settings.ops().host()) && settings.ops().token() == null) {
      problems.add(
          new Problem("ops.token", "is needed where ops.host is not loopback (localhost)"));
    }
    problems.addAll(cluster(settings.cluster()));
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
    ClusterSettings cluster = settings.cluster();
    if (cluster.enabled() && !cluster.isLoopback()) {
      warnings.add(
          new Problem(
              "cluster.port",
              "what the nodes tell each other there is not encrypted; let nobody else reach it"));
      if (cluster.tls().cert() == null) {
        warnings.add(
            new Problem("cluster.tls", "without it, the event bus between the nodes is plain"));
      }
    }
    return warnings;
  }

  /** The others call a node by its host, so it must be one that can be called. */
  private static List<Problem> cluster(ClusterSettings cluster) {
    List<Problem> problems = new ArrayList<>();
    TlsSettings tls = cluster.tls();
    long set = Stream.of(tls.cert(), tls.key(), tls.clientCa()).filter(Objects::nonNull).count();
    if (set != 0 && set != 3) {
      problems.add(new Problem("cluster.tls", "cert, key and ca go together: set all or none"));
    }
    if (Addresses.isAny(cluster.host())) {
      problems.add(
          new Problem(
              "cluster.host", "must be the one address that other nodes reach this one by"));
    }
    if (cluster.enabled() && cluster.kubernetesService() != null && cluster.isLoopback()) {
      problems.add(
          new Problem(
              "cluster.host", "must be the pod's own address with cluster.kubernetesService"));
    }
    return problems;
  }

  /** Each key must be one that a token may use, and each way to get keys must lead somewhere. */
  private static List<Problem> keys(AuthSettings auth) {
    List<Problem> problems = new ArrayList<>();
    if (hasWeakSecret(auth) && !auth.allowWeakSecret()) {
      problems.add(
          new Problem(
              "auth.secret",
              "shorter than "
                  + auth.secretBytes()
                  + " bytes, so it can be guessed; auth.allowWeakSecret: true takes it all the"
                  + " same"));
    }
    if (auth.secret() != null && auth.secretBytes() == 0) {
      problems.add(new Problem("auth.secret", "needs an HS algorithm in auth.algorithms"));
    }
    for (int i = 0; i < auth.keys().size(); i++) {
      String algorithm = auth.keys().get(i).algorithm();
      if (!auth.algorithms().contains(algorithm)) {
        problems.add(
            new Problem(
                "auth.keys[" + i + "].algorithm", algorithm + " is not in auth.algorithms"));
      }
    }
    if (!auth.hasKeys() && auth.secretBytes() == 0) {
      problems.add(new Problem("auth.algorithms", "no key is configured for any of them"));
    }
    problems.addAll(issuerKeys(auth));
    return problems;
  }

  private static List<Problem> issuerKeys(AuthSettings auth) {
    List<Problem> problems = new ArrayList<>();
    if (auth.hasIssuerKeys() && auth.algorithms().stream().allMatch(KeyFile::isSymmetric)) {
      problems.add(
          new Problem(
              auth.discovery() ? "auth.discovery" : "auth.jwks",
              "needs an algorithm of public keys in auth.algorithms, such as RS256"));
    }
    if (auth.discovery() && (auth.jwks() != null || auth.secret() != null)) {
      problems.add(new Problem("auth.discovery", "goes without auth.jwks and auth.secret"));
    }
    if (auth.discovery() && (auth.issuer() == null || !Addresses.isKeySetUrl(auth.issuer()))) {
      problems.add(
          new Problem(
              "auth.discovery", "needs an https URL (http only to loopback) as auth.issuer"));
    }
    if (auth.jwksCa() != null && !auth.hasIssuerKeys()) {
      problems.add(new Problem("auth.jwksCa", "needs auth.jwks or auth.discovery"));
    }
    return problems;
  }

  private static boolean hasWeakSecret(AuthSettings auth) {
    return auth.secret() != null && auth.secret().bytes().length < auth.secretBytes();
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
