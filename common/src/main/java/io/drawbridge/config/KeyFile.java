package io.drawbridge.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key to verify tokens with.
 *
 * @param file PEM or JWK
 * @param algorithm the only JWS algorithm that this key verifies, such as {@code RS256}
 */
public record KeyFile(Path file, String algorithm) {

  static final List<String> KEYS = List.of("file", "algorithm");

  /** The algorithms of RFC 7518 and RFC 8037; {@code none} is not one of them, on purpose. */
  public static final List<String> ALGORITHMS =
      List.of(
          "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
          "ES384", "ES512", "EdDSA");

  static @Nullable KeyFile from(Section entry) {
    Path file = entry.needed("file", Values::path);
    String algorithm = entry.needed("algorithm", KeyFile::parseAlgorithm);
    return file == null || algorithm == null ? null : new KeyFile(file, algorithm);
  }

  /** Whether it is signed with the same secret that verifies. */
  static boolean isSymmetric(String algorithm) {
    return algorithm.startsWith("HS");
  }

  static String parseAlgorithm(JsonNode node) {
    return Values.oneOf(ALGORITHMS, node);
  }
}
