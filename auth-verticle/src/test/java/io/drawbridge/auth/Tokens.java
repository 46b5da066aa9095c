package io.drawbridge.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.token.TokenVerdict;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Tokens for tests, made by hand (RFC 7515) and by no library that the product uses: a good one,
 * unless told to break one thing.
 */
public final class Tokens {
  public static final String SECRET = "a secret of tests alone, 32 bytes or more";
  private static final String OTHER_SECRET = "another secret that nobody here believes in";

  private String header = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
  private final Map<String, String> claims = new LinkedHashMap<>();
  private byte[] secretBytes = SECRET.getBytes(StandardCharsets.UTF_8);
  private String mac = "HmacSHA256";

  /** Null for the secret. */
  private @Nullable KeyPair pair;

  private String algorithm = "";

  private Tokens() {}

  /** For user 42, issued now, good for a minute. */
  public static Tokens good() {
    long now = Instant.now().getEpochSecond();
    return new Tokens()
        .with("user_id", "\"42\"")
        .with("iat", Long.toString(now))
        .with("exp", Long.toString(now + 60));
  }

  /** A well-signed token whose payload is this, whatever it is. */
  public static String withPayload(String payload) {
    return of(new Tokens().header, payload);
  }

  /** A well-signed token of this header and payload, whatever they are. */
  public static String of(String header, String payload) {
    return new Tokens().signed(encoded(header) + '.' + encoded(payload));
  }

  /**
   * Sets a claim.
   *
   * @param json its value, as JSON
   */
  public Tokens with(String claim, String json) {
    claims.put(claim, json);
    return this;
  }

  /** Sets a claim to a time, so many seconds from now. */
  public Tokens in(String claim, long seconds) {
    return with(claim, Long.toString(Instant.now().getEpochSecond() + seconds));
  }

  public Tokens without(String claim) {
    claims.remove(claim);
    return this;
  }

  public Tokens header(String json) {
    header = json;
    return this;
  }

  /** Signs with another algorithm, and says so. */
  public Tokens algorithm(String name, String macName) {
    mac = macName;
    return header("{\"alg\":\"" + name + "\"}");
  }

  /**
   * A new pair of keys for an algorithm.
   *
   * @param algorithm such as {@code RS256}; a key for RS and PS alike has 2048 bits
   */
  public static KeyPair pairFor(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kindOf(algorithm));
      switch (algorithm) {
        case "ES256" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
        case "ES384" -> generator.initialize(new ECGenParameterSpec("secp384r1"));
        case "ES512" -> generator.initialize(new ECGenParameterSpec("secp521r1"));
        case "EdDSA" -> {}
        default -> generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String kindOf(String algorithm) {
    return algorithm.equals("EdDSA") ? "Ed25519" : algorithm.startsWith("ES") ? "EC" : "RSA";
  }

  /** Signs with a private key, and says so; {@link #header} may then say otherwise. */
  public Tokens algorithm(String name, KeyPair keys) {
    algorithm = name;
    pair = keys;
    return header("{\"alg\":\"" + name + "\"}");
  }

  /** Signs with a private key under a name. */
  public Tokens algorithm(String name, KeyPair keys, String keyId) {
    return algorithm(name, keys).header("{\"alg\":\"" + name + "\",\"kid\":\"" + keyId + "\"}");
  }

  /** Signs with these bytes as the secret. */
  public Tokens secret(byte[] bytes) {
    secretBytes = bytes.clone();
    return this;
  }

  public Tokens signedByAnother() {
    secretBytes = OTHER_SECRET.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  /** When it ends, where its expiry is a whole second. */
  public Instant end() {
    return Instant.ofEpochSecond(Long.parseLong(claims.getOrDefault("exp", "")));
  }

  /** The token without its signature, with the dot that stands before one. */
  public String unsigned() {
    return encoded(header) + '.' + encoded(payload()) + '.';
  }

  public String text() {
    return signed(encoded(header) + '.' + encoded(payload()));
  }

  private String signed(String content) {
    return content + '.' + base64(signature(content));
  }

  private String payload() {
    StringJoiner payload = new StringJoiner(",", "{", "}");
    claims.forEach((claim, json) -> payload.add('"' + claim + "\":" + json));
    return payload.toString();
  }

  private byte[] signature(String signed) {
    try {
      if (pair != null) {
        return signature(pair, signed);
      }
      Mac hmac = Mac.getInstance(mac);
      hmac.init(new SecretKeySpec(secretBytes, mac));
      return hmac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] signature(KeyPair keys, String signed) throws GeneralSecurityException {
    Signature signer = Signature.getInstance(inJava());
    int bits = algorithm.startsWith("PS") ? Integer.parseInt(algorithm.substring(2)) : 0;
    if (bits > 0) {
      String hash = "SHA-" + bits;
      signer.setParameter(
          new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), bits / 8, 1));
    }
    signer.initSign(keys.getPrivate());
    signer.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signer.sign();
  }

  private String inJava() {
    String hash = "SHA" + algorithm.substring(2);
    return switch (algorithm.substring(0, 2)) {
      case "RS" -> hash + "withRSA";
      case "PS" -> "RSASSA-PSS";
      case "ES" -> hash + "withECDSAinP1363Format";
      default -> "Ed25519";
    };
  }

  private static String encoded(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Holds for the verdict that it is valid, for this user and until then. */
  public static Consumer<TokenVerdict> validFor(String user, Instant end) {
    return verdict ->
        assertThat(verdict)
            .isInstanceOfSatisfying(
                TokenVerdict.Valid.class,
                valid -> {
                  assertThat(valid.claims().user()).isEqualTo(user);
                  assertThat(valid.claims().expiresAt()).isEqualTo(end);
                });
  }
}
