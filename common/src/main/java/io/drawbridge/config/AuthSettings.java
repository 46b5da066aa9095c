package io.drawbridge.config;

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
 * @param secret HS256 key; without any key, one is made in the data folder
 * @param allowWeakSecret takes a secret of fewer than {@value #STRONG_SECRET_BYTES} bytes
 * @param keys public keys to verify tokens with
 * @param jwks URL of a key set; https, or http to loopback
 * @param algorithms the only algorithms that a token may use; never empty
 * @param issuer what a token's {@code iss} must be; null for any
 * @param audience one of these must be in a token's {@code aud}; empty for any
 * @param leeway clock difference forgiven when a token's times are checked
 * @param sessionsPerUser open sessions of one user; {@link Integer#MAX_VALUE} for unlimited
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
    Set<String> algorithms,
    @Nullable String issuer,
    List<String> audience,
    Duration leeway,
    int sessionsPerUser,
    OnTooManySessions onTooManySessions,
    LimitSettings limits) {

  /** RFC 7518 section 3.2: an HS256 key must be at least as long as the hash. */
  static final int STRONG_SECRET_BYTES = 32;

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
        Copies.ordered(auth.nonEmptyList("algorithms", KeyFile::parseAlgorithm)),
        auth.optional("issuer", Values::nonEmptyText),
        auth.list("audience", Values::nonEmptyText),
        auth.read("leeway", Quantities::duration),
        auth.read("sessionsPerUser", Quantities::smallCount),
        auth.read("onTooManySessions", Values.word(OnTooManySessions.class)),
        LimitSettings.from(auth.child("limits").over(root.child("limits"))));
  }
}
