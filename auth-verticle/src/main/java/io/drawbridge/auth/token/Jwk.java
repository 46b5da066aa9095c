package io.drawbridge.auth.token;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Keys as JSON (RFC 7517, RFC 7518 §6, RFC 8037 §2). Certificates in them, and addresses of
 * certificates, are not looked at.
 */
final class Jwk {
  /** One set holds no more; what stands behind them is not read. */
  static final int MOST_KEYS = 100;

  private static final int LONGEST_ID = 256;

  /** Members that no public key has. */
  private static final List<String> PRIVATE =
      List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv");

  private Jwk() {}

  /**
   * What a set (RFC 7517 §5) holds.
   *
   * @param refused why each of the others is not used
   */
  record Published(List<VerifyingKey> keys, List<String> refused) {}

  /**
   * The public keys of a set; whatever else is in it is left out.
   *
   * @throws BadToken where it is no set at all
   */
  static Published published(byte[] json) {
    JsonNode keys = StrictJson.object(json, "key set").path("keys");
    if (!keys.isArray()) {
      throw new BadToken("key set without keys");
    }
    List<VerifyingKey> usable = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < Math.min(keys.size(), MOST_KEYS); i++) {
      try {
        usable.add(publicKey(keys.get(i)));
      } catch (BadToken bad) {
        refused.add("keys[" + i + "]: " + bad.why());
      }
    }
    return new Published(usable, refused);
  }

  /**
   * A public key, bound to its {@code alg} or, without one, to all algorithms that it is fit for.
   *
   * @throws BadToken for any that is private, symmetric, weak or not for signatures
   */
  static VerifyingKey publicKey(JsonNode jwk) {
    String type = text(jwk, "kty");
    // Whoever can read the set could sign with what is secret in it.
    if (type.equals("oct") || PRIVATE.stream().anyMatch(jwk::has)) {
      throw new BadToken("a key that is not public");
    }
    checkUse(jwk);
    PublicKey key = publicKey(type, jwk);
    return new VerifyingKey(id(jwk), bound(jwk, PublicKeys.algorithms(key)), key);
  }

  /**
   * A secret from a file of one's own.
   *
   * @throws BadToken where it is none for this algorithm
   */
  static VerifyingKey secret(JsonNode jwk, Algorithm algorithm, boolean takesWeak) {
    checkUse(jwk);
    byte[] secret = bytes(jwk, "k");
    if (!text(jwk, "kty").equals("oct") || (secret.length < algorithm.size() && !takesWeak)) {
      throw new BadToken("no secret of " + algorithm.size() + " bytes or more");
    }
    return new VerifyingKey(
        id(jwk), bound(jwk, Set.of(algorithm)), new SecretKeySpec(secret, algorithm.word()));
  }

  private static PublicKey publicKey(String type, JsonNode jwk) {
    return switch (type) {
      case "RSA" -> PublicKeys.rsa(bytes(jwk, "n"), bytes(jwk, "e"));
      case "EC" -> PublicKeys.ec(onCurve(text(jwk, "crv")), bytes(jwk, "x"), bytes(jwk, "y"));
      case "OKP" -> {
        if (!text(jwk, "crv").equals("Ed25519")) {
          throw new BadToken("a curve that no algorithm uses");
        }
        yield PublicKeys.ed25519(bytes(jwk, "x"));
      }
      default -> throw new BadToken("a kind of key that no algorithm uses");
    };
  }

  private static Algorithm onCurve(String name) {
    return switch (name) {
      case "P-256" -> Algorithm.ES256;
      case "P-384" -> Algorithm.ES384;
      case "P-521" -> Algorithm.ES512;
      default -> throw new BadToken("a curve that no algorithm uses");
    };
  }

  private static void checkUse(JsonNode jwk) {
    boolean other = jwk.has("use") && !text(jwk, "use").equals("sig");
    JsonNode operations = jwk.path("key_ops");
    boolean cant =
        !operations.isMissingNode()
            && Stream.iterate(0, i -> i < operations.size(), i -> i + 1)
                .noneMatch(i -> "verify".equals(operations.path(i).textValue()));
    if (other || cant) {
      throw new BadToken("a key that is not for verifying");
    }
  }

  private static Set<Algorithm> bound(JsonNode jwk, Set<Algorithm> fit) {
    if (!jwk.has("alg")) {
      return fit;
    }
    Algorithm named = Algorithm.named(text(jwk, "alg"));
    if (named == null || !fit.contains(named)) {
      throw new BadToken("an alg that the key is not fit for");
    }
    return Set.of(named);
  }

  private static @Nullable String id(JsonNode jwk) {
    if (!jwk.has("kid")) {
      return null;
    }
    String id = text(jwk, "kid");
    if (id.isEmpty() || id.length() > LONGEST_ID) {
      throw new BadToken("an unusable kid");
    }
    return id;
  }

  /** Empty for what is no text. */
  private static String text(JsonNode jwk, String member) {
    String text = jwk.path(member).textValue();
    return text == null ? "" : text;
  }

  private static byte[] bytes(JsonNode jwk, String member) {
    byte[] bytes = Base64Url.decode(text(jwk, member));
    if (bytes == null || bytes.length == 0) {
      throw new BadToken("no usable " + member);
    }
    return bytes;
  }
}
