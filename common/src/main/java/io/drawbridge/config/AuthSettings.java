package io.drawbridge.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The secure edge: where it listens, and whose tokens it believes.
 *
 * @param host name or address to listen on; {@code localhost} means both loopback addresses
 * @param port 0 to 65535; 0 takes any free port
 * @param instances event loops that serve it, at most 1,024; 0 means one per core
 * @param timeout longest wait for the first message; more than zero
 * @param secret key of the HS algorithms; without any key, one is made in the data folder
 * @param allowWeakSecret takes a secret of fewer bytes than {@link #secretBytes}
 * @param keys public keys to verify tokens with
 * @param jwks URL of a key set; https, or http to loopback
 * @param jwksCa PEM file of who must have signed the certificate there; null for those that Java
 *     trusts
 * @param discovery finds the key set by OpenID Connect Discovery, from {@code issuer}
 * @param algorithms the only algorithms that a token may use; never empty
 * @param issuer what a token's {@code iss} must be; null for any
 * @param audience one of these must be in a token's {@code aud}; empty for any
 * @param leeway clock difference forgiven when a token's times are checked
 * @param sessionsPerUser open sessions of one user; {@link Integer#MAX_VALUE} for unlimited
 * @param revokedFor how long a revocation is remembered where nobody knows when its tokens end
 * @param limits the global limits with this edge's overrides applied
 */
public record AuthSettings(
    String host,
    int port,
    int instances,
    Duration timeout,
    @Nullable Secret secret,
    boolean allowWeakSecret,
    List<KeyFile> keys,
    @Nullable String jwks,
    @Nullable Path jwksCa,
    boolean discovery,
    Set<String> algorithms,
    @Nullable String issuer,
    List<String> audience,
    Duration leeway,
    int sessionsPerUser,
    OnTooManySessions onTooManySessions,
    Duration revokedFor,
    LimitSettings limits) {

  public AuthSettings {
    keys = List.copyOf(keys);
    algorithms = Copies.ordered(algorithms);
    audience = List.copyOf(audience);
  }

  static AuthSettings from(Section root) {
    Section auth = root.child("auth");
    return new AuthSettings(
        auth.read("host", Values::host),
        auth.read("port", Values.PORT),
        auth.read("instances", Values.INSTANCES),
        auth.read("timeout", Quantities::positiveDuration),
        auth.optional("secret", Values::secret),
        auth.read("allowWeakSecret", Values::flag),
        auth.entries("keys", KeyFile.KEYS, KeyFile::from),
        auth.optional("jwks", Addresses::keySetUrl),
        auth.optional("jwksCa", Values::path),
        auth.read("discovery", Values::flag),
        Copies.ordered(auth.nonEmptyList("algorithms", KeyFile::parseAlgorithm)),
        auth.optional("issuer", Values::nonEmptyText),
        auth.list("audience", Values::nonEmptyText),
        auth.read("leeway", Quantities::duration),
        auth.read("sessionsPerUser", Quantities::smallCount),
        auth.read("onTooManySessions", Values.word(OnTooManySessions.class)),
        auth.read("revokedFor", Quantities::positiveDuration),
        LimitSettings.from(auth.child("limits").over(root.child("limits"))));
  }

  /**
   * Bytes that a secret must have for every HS algorithm that is allowed (RFC 7518 section 3.2: as
   * many as the hash); 0 where none is.
   */
  public int secretBytes() {
    return algorithms.stream()
        .filter(KeyFile::isSymmetric)
        .mapToInt(name -> Integer.parseInt(name.substring(2)) / 8)
        .max()
        .orElse(0);
  }

  /** Whether keys are fetched from an issuer. */
  public boolean hasIssuerKeys() {
    return jwks != null || discovery;
  }

  /** Whether there is any key, so that none is made. */
  public boolean hasKeys() {
    return secret != null || !keys.isEmpty() || hasIssuerKeys();
  }

  /** Whether keys may be fetched from there: https, or http to loopback; without a password. */
  public static boolean isKeySetUrl(String url) {
    return Addresses.isKeySetUrl(url);
  }
}
