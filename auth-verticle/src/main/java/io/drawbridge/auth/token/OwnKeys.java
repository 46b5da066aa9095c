package io.drawbridge.auth.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.KeyFile;
import io.drawbridge.config.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The keys of the settings: the secret, and the files. Reading files blocks. */
final class OwnKeys {
  private static final int LONGEST_FILE = 1024 * 1024;

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private OwnKeys() {}

  /** The algorithms that the settings allow. */
  static Set<Algorithm> allowed(AuthSettings settings) {
    return settings.algorithms().stream()
        .flatMap(word -> Stream.ofNullable(Algorithm.named(word)))
        .collect(Collectors.toSet());
  }

  /**
   * @param secret null where keys come from elsewhere alone
   * @throws IOException with the path of the setting, where a file holds no key for its algorithm
   */
  static List<VerifyingKey> read(AuthSettings settings, @Nullable Secret secret)
      throws IOException {
    List<VerifyingKey> keys = new ArrayList<>(secrets(settings, secret));
    for (int i = 0; i < settings.keys().size(); i++) {
      KeyFile file = settings.keys().get(i);
      try {
        keys.addAll(read(file, settings.allowWeakSecret()));
      } catch (BadToken bad) {
        throw new IOException("auth.keys[" + i + "]: " + file.file() + ": " + bad.why());
      }
    }
    return keys;
  }

  /** The secret, for each HS algorithm that is allowed and that it is long enough for. */
  static List<VerifyingKey> secrets(AuthSettings settings, @Nullable Secret secret) {
    if (secret == null) {
      return List.of();
    }
    byte[] bytes = secret.bytes();
    Set<Algorithm> fit =
        allowed(settings).stream()
            .filter(each -> each.family() == Algorithm.Family.HMAC)
            .filter(each -> bytes.length >= each.size() || settings.allowWeakSecret())
            .collect(Collectors.toSet());
    return fit.isEmpty()
        ? List.of()
        : List.of(new VerifyingKey(null, fit, new SecretKeySpec(bytes, "HMAC")));
  }

  private static List<VerifyingKey> read(KeyFile file, boolean takesWeak) {
    Algorithm algorithm = Algorithm.named(file.algorithm());
    if (algorithm == null) {
      throw new BadToken("an unknown algorithm");
    }
    byte[] bytes = bytes(file.file());
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.stripLeading().startsWith("{")
        ? json(StrictJson.object(bytes, "file"), algorithm, takesWeak)
        : List.of(pem(text, algorithm));
  }

  private static byte[] bytes(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST_FILE + 1);
      if (bytes.length > LONGEST_FILE) {
        throw new BadToken("larger than 1 MiB");
      }
      return bytes;
    } catch (IOException e) {
      throw new BadToken("can't be read");
    }
  }

  // --- JSON -------------------------------------------------------------------------------------

  private static List<VerifyingKey> json(JsonNode file, Algorithm algorithm, boolean takesWeak) {
    if (!file.has("keys")) {
      return List.of(jwk(file, algorithm, takesWeak));
    }
    JsonNode set = file.path("keys");
    List<VerifyingKey> keys = new ArrayList<>();
    IntStream.range(0, Math.min(set.size(), Jwk.MOST_KEYS))
        .forEach(
            i -> {
              try {
                keys.add(jwk(set.path(i), algorithm, takesWeak));
              } catch (BadToken bad) {
                // A set may hold keys for other purposes, too.
              }
            });
    if (keys.isEmpty()) {
      throw new BadToken("holds no key for " + algorithm.word());
    }
    return keys;
  }

  private static VerifyingKey jwk(JsonNode jwk, Algorithm algorithm, boolean takesWeak) {
    return algorithm.family() == Algorithm.Family.HMAC
        ? Jwk.secret(jwk, algorithm, takesWeak)
        : only(Jwk.publicKey(jwk), algorithm);
  }

  private static VerifyingKey only(VerifyingKey key, Algorithm algorithm) {
    if (!key.algorithms().contains(algorithm)) {
      throw new BadToken("holds a key that is not for " + algorithm.word());
    }
    return new VerifyingKey(key.id(), Set.of(algorithm), key.key());
  }

  // --- PEM --------------------------------------------------------------------------------------

  private static VerifyingKey pem(String text, Algorithm algorithm) {
    Matcher block = PEM.matcher(text);
    if (!block.find()) {
      throw new BadToken("neither PEM nor JSON");
    }
    PublicKey key = publicKey(block.group(1), der(block.group(2)), algorithm);
    return only(new VerifyingKey(null, PublicKeys.algorithms(key), key), algorithm);
  }

  private static byte[] der(String base64) {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new BadToken("no PEM");
    }
  }

  private static PublicKey publicKey(String label, byte[] der, Algorithm algorithm) {
    if (label.endsWith("PRIVATE KEY")) {
      throw new BadToken("holds a private key; only its public half belongs here");
    }
    try {
      return switch (label) {
        case "CERTIFICATE" ->
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der))
                .getPublicKey();
        case "PUBLIC KEY" ->
            KeyFactory.getInstance(family(algorithm)).generatePublic(new X509EncodedKeySpec(der));
        default -> throw new BadToken("neither PUBLIC KEY nor CERTIFICATE");
      };
    } catch (CertificateException e) {
      throw new BadToken("no certificate");
    } catch (GeneralSecurityException e) {
      throw new BadToken("no public key for " + algorithm.word());
    }
  }

  private static String family(Algorithm algorithm) {
    return switch (algorithm.family()) {
      case RSA -> "RSA";
      case EC -> "EC";
      case ED25519 -> "Ed25519";
      case HMAC -> throw new BadToken("PEM holds no secret; give HS keys as auth.secret or as JWK");
    };
  }
}
