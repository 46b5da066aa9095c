package io.drawbridge.auth.token;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what tokens are signed with: a private key as PEM (PKCS#8, not encrypted), or a JWK (RFC
 * 7517) that is private or a secret. At most {@value #LONGEST} bytes. What is wrong is told without
 * a byte of the key. Blocks.
 */
public final class SigningKeyFile {
  private static final int LONGEST = 64 * 1024;
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z ]{1,40})-----([\\sA-Za-z0-9+/=]*)-----END \\1-----");
  private static final Map<String, String> CURVES =
      Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");

  private SigningKeyFile() {}

  /**
   * The key in this file.
   *
   * @param algorithm null for the one that a JWK names, or else the usual one of the kind of key
   * @throws IOException when the file can't be read
   * @throws IllegalArgumentException when it is no such key, or does not fit the algorithm
   */
  public static SigningKey read(Path file, @Nullable String algorithm) throws IOException {
    if (Files.size(file) > LONGEST) {
      throw new IllegalArgumentException("is longer than " + LONGEST + " bytes: no key is");
    }
    try {
      String text = Files.readString(file).strip();
      return text.startsWith("{")
          ? jwk(new JsonObject(text), algorithm)
          : SigningKey.of(pem(text), algorithm, null);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("is neither PEM nor a JWK", e);
    } catch (DecodeException | ClassCastException | GeneralSecurityException e) {
      throw new IllegalArgumentException("holds no usable private key", e);
    }
  }

  private static PrivateKey pem(String text) throws GeneralSecurityException {
    var block = PEM.matcher(text);
    if (!block.find()) {
      throw new IllegalArgumentException("is neither PEM nor a JWK");
    }
    if (!block.group(1).equals("PRIVATE KEY")) {
      throw new IllegalArgumentException(
          "holds a \"%s\", not a \"PRIVATE KEY\" (openssl pkcs8 -topk8 -nocrypt makes one)"
              .formatted(block.group(1)));
    }
    var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(2)));
    for (String kind : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // Another kind, perhaps; the file does not tell it in any other way.
      }
    }
    throw new IllegalArgumentException("holds no RSA, EC or Edwards-curve key");
  }

  private static SigningKey jwk(JsonObject jwk, @Nullable String asked)
      throws GeneralSecurityException {
    String named = jwk.getString("alg");
    if (asked != null && named != null && !asked.equals(named)) {
      throw new IllegalArgumentException("is a key for " + named + ", not for " + asked);
    }
    String algorithm = asked == null ? named : asked;
    String id = jwk.getString("kid");
    String kind = jwk.getString("kty", "");
    if (kind.equals("oct")) {
      return SigningKey.of(bytes(jwk, "k"), algorithm == null ? "HS256" : algorithm, id);
    }
    return SigningKey.of(
        switch (kind) {
          case "RSA" -> rsa(jwk);
          case "EC" -> ec(jwk);
          case "OKP" -> okp(jwk);
          default -> throw new IllegalArgumentException("is no JWK of kty RSA, EC, OKP or oct");
        },
        algorithm,
        id);
  }

  private static PrivateKey rsa(JsonObject jwk) throws GeneralSecurityException {
    return KeyFactory.getInstance("RSA")
        .generatePrivate(
            new RSAPrivateCrtKeySpec(
                number(jwk, "n"),
                number(jwk, "e"),
                number(jwk, "d"),
                number(jwk, "p"),
                number(jwk, "q"),
                number(jwk, "dp"),
                number(jwk, "dq"),
                number(jwk, "qi")));
  }

  private static PrivateKey ec(JsonObject jwk) throws GeneralSecurityException {
    String curve = CURVES.get(jwk.getString("crv", ""));
    if (curve == null) {
      throw new IllegalArgumentException("has a crv other than P-256, P-384 and P-521");
    }
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(curve));
    return KeyFactory.getInstance("EC")
        .generatePrivate(
            new ECPrivateKeySpec(
                number(jwk, "d"), parameters.getParameterSpec(ECParameterSpec.class)));
  }

  private static PrivateKey okp(JsonObject jwk) throws GeneralSecurityException {
    if (!jwk.getString("crv", "").equals("Ed25519")) {
      throw new IllegalArgumentException("has a crv other than Ed25519");
    }
    return KeyFactory.getInstance("EdDSA")
        .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, bytes(jwk, "d")));
  }

  private static BigInteger number(JsonObject jwk, String member) {
    return new BigInteger(1, bytes(jwk, member));
  }

  private static byte[] bytes(JsonObject jwk, String member) {
    String text = jwk.getString(member);
    if (text == null) {
      throw new IllegalArgumentException("has no " + member + ": a private JWK is needed");
    }
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("has a " + member + " that is no base64url", e);
    }
  }
}
