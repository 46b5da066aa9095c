package io.drawbridge.auth.token;

import io.drawbridge.config.Secret;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.auth.PubSecKeyOptions;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What tokens are signed with: a key, and the one algorithm that it is used for (RFC 8725 §3.1).
 */
public final class SigningKey {
  private static final int RSA_BITS = 2048;

  /** RFC 7518 §3.2: an HMAC key is at least as long as the hash, in bytes. */
  private static final Map<String, Integer> HMAC_BYTES =
      Map.of("HS256", 32, "HS384", 48, "HS512", 64);

  /** RFC 7518 §3.4: the size in bits of the curve of each algorithm. */
  private static final Map<String, Integer> CURVE_BITS =
      Map.of("ES256", 256, "ES384", 384, "ES512", 521);

  private final String algorithm;
  private final byte[] key;
  private final @Nullable String id;

  private SigningKey(String algorithm, byte[] key, @Nullable String id) {
    this.algorithm = algorithm;
    this.key = key;
    this.id = id;
  }

  /** For HS256, whatever its length: the settings have judged it. */
  public static SigningKey of(Secret secret) {
    return new SigningKey("HS256", secret.bytes(), null);
  }

  /**
   * For an HMAC.
   *
   * @param id its {@code kid}; null for none
   * @throws IllegalArgumentException when it does not fit the algorithm
   */
  public static SigningKey of(byte[] secret, String algorithm, @Nullable String id) {
    Integer least = HMAC_BYTES.get(algorithm);
    if (least == null) {
      throw new IllegalArgumentException(
          algorithm + " does not sign with a secret: it needs a private key");
    }
    if (secret.length < least) {
      throw new IllegalArgumentException(
          algorithm + " needs a key of at least " + least + " bytes: this has " + secret.length);
    }
    return new SigningKey(algorithm, secret.clone(), id);
  }

  /**
   * For a signature.
   *
   * @param algorithm null for the usual one of this kind of key
   * @param id its {@code kid}; null for none
   * @throws IllegalArgumentException when it does not fit the algorithm, or is too weak for any
   */
  public static SigningKey of(PrivateKey key, @Nullable String algorithm, @Nullable String id) {
    String chosen = algorithm == null ? usual(key) : algorithm;
    if (!fits(key, chosen)) {
      throw new IllegalArgumentException(chosen + " does not sign with " + words(key));
    }
    if (key instanceof RSAPrivateKey rsa && rsa.getModulus().bitLength() < RSA_BITS) {
      // RFC 7518 §3.3.
      throw new IllegalArgumentException(
          "an RSA key needs at least %d bits: this has %d"
              .formatted(RSA_BITS, rsa.getModulus().bitLength()));
    }
    return new SigningKey(chosen, pem(key), id);
  }

  private static boolean fits(PrivateKey key, String algorithm) {
    if (key instanceof ECPrivateKey curve) {
      Integer bits = CURVE_BITS.get(algorithm);
      return bits != null && bits == bits(curve);
    }
    return key instanceof EdECPrivateKey
        ? algorithm.equals("EdDSA") && isEd25519(key)
        : algorithm.startsWith("RS") || algorithm.startsWith("PS");
  }

  /** The only one of its kind that is verified. */
  private static boolean isEd25519(PrivateKey key) {
    return key instanceof EdECPrivateKey edwards
        && edwards.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
  }

  private static String usual(PrivateKey key) {
    if (key instanceof ECPrivateKey curve) {
      return CURVE_BITS.entrySet().stream()
          .filter(each -> each.getValue() == bits(curve))
          .map(Map.Entry::getKey)
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no algorithm signs with this curve"));
    }
    return key instanceof EdECPrivateKey ? "EdDSA" : "RS256";
  }

  private static String words(PrivateKey key) {
    if (key instanceof ECPrivateKey curve) {
      return "an EC key of " + bits(curve) + " bits";
    }
    return key instanceof EdECPrivateKey edwards
        ? "an " + edwards.getParams().getName() + " key"
        : "an RSA key";
  }

  private static int bits(ECPrivateKey key) {
    return key.getParams().getCurve().getField().getFieldSize();
  }

  /** The form that the library reads. */
  private static byte[] pem(PrivateKey key) {
    String lines = Base64.getMimeEncoder().encodeToString(key.getEncoded());
    return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
        .formatted(lines)
        .getBytes(StandardCharsets.US_ASCII);
  }

  public String algorithm() {
    return algorithm;
  }

  PubSecKeyOptions options() {
    return new PubSecKeyOptions()
        .setAlgorithm(algorithm)
        .setId(id)
        .setBuffer(Buffer.buffer(key.clone()));
  }

  /** The algorithm alone. */
  @Override
  public String toString() {
    return algorithm;
  }
}
