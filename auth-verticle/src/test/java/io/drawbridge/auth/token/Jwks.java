package io.drawbridge.auth.token;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;

/** Public keys as JSON for tests, written by hand (RFC 7517). */
final class Jwks {
  private Jwks() {}

  static JsonObject set(JsonObject... keys) {
    return new JsonObject().put("keys", new JsonArray(Arrays.asList((Object[]) keys)));
  }

  static JsonObject of(KeyPair pair) {
    PublicKey key = pair.getPublic();
    if (key instanceof RSAPublicKey rsa) {
      return new JsonObject()
          .put("kty", "RSA")
          .put("n", base64(bytes(rsa.getModulus(), (rsa.getModulus().bitLength() + 7) / 8)))
          .put("e", base64(bytes(rsa.getPublicExponent(), 3)));
    }
    if (key instanceof ECPublicKey ec) {
      int size = (ec.getParams().getCurve().getField().getFieldSize() + 7) / 8;
      return new JsonObject()
          .put("kty", "EC")
          .put("crv", size == 32 ? "P-256" : size == 48 ? "P-384" : "P-521")
          .put("x", base64(bytes(ec.getW().getAffineX(), size)))
          .put("y", base64(bytes(ec.getW().getAffineY(), size)));
    }
    // The last 32 bytes of the X.509 form are the key itself (RFC 8410 §4).
    byte[] encoded = ((EdECPublicKey) key).getEncoded();
    return new JsonObject()
        .put("kty", "OKP")
        .put("crv", "Ed25519")
        .put("x", base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)));
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] bytes(BigInteger number, int size) {
    byte[] bytes = number.toByteArray();
    byte[] right = new byte[size];
    int length = Math.min(size, bytes.length);
    System.arraycopy(bytes, bytes.length - length, right, size - length, length);
    return right;
  }
}
