package io.drawbridge.deploy;

import io.drawbridge.auth.token.SigningKey;
import io.drawbridge.auth.token.TokenIssuer;
import io.drawbridge.config.Settings;
import io.drawbridge.edge.TestCertificates;
import io.drawbridge.guard.Time;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A key for ES256, and the tokens that are signed with it.
 *
 * @param id its name; null for none
 */
record SignedTokens(KeyPair pair, @Nullable String id) {
  private static final int COORDINATE_BYTES = 32;

  static SignedTokens make(@Nullable String id) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return new SignedTokens(generator.generateKeyPair(), id);
  }

  /** For an hour. */
  String token(Settings settings) {
    Vertx vertx = Vertx.vertx();
    try {
      SigningKey key = SigningKey.of(pair.getPrivate(), "ES256", id);
      return new TokenIssuer(vertx, settings.auth(), key, Time.system().wall())
          .issue("ada", Duration.ofHours(1), "");
    } finally {
      Servers.await(vertx.close().toCompletionStage());
    }
  }

  String pem() {
    return TestCertificates.pem("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  /** RFC 7517. */
  JsonObject jwk() {
    ECPublicKey key = (ECPublicKey) pair.getPublic();
    return new JsonObject()
        .put("kty", "EC")
        .put("crv", "P-256")
        .put("kid", id)
        .put("x", coordinate(key.getW().getAffineX()))
        .put("y", coordinate(key.getW().getAffineY()));
  }

  private static String coordinate(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] right = new byte[COORDINATE_BYTES];
    int length = Math.min(COORDINATE_BYTES, bytes.length);
    System.arraycopy(bytes, bytes.length - length, right, COORDINATE_BYTES - length, length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(right);
  }
}
