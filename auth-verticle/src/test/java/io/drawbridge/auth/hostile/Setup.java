package io.drawbridge.auth.hostile;

import io.drawbridge.auth.AuthVerticle;
import io.drawbridge.auth.Tokens;
import io.drawbridge.auth.bridge.AddressHub;
import io.drawbridge.auth.session.SessionRegistry;
import io.drawbridge.auth.token.KeyRing;
import io.drawbridge.config.AuthSettings;
import io.drawbridge.config.Secret;
import io.drawbridge.edge.Gateway;
import io.drawbridge.edge.TestGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;

/** A server that the tokens are shown to. */
enum Setup {
  SECRET("a secret, HS256 alone"),
  AUDIENCE("a secret, an issuer and two audiences") {
    @Override
    String auth(Path folder) {
      return "auth: {issuer: \"https://issuer.example\", audience: [chat, shop]}\n";
    }

    @Override
    HostileToken good() {
      return ClaimRows.ours();
    }
  },
  RSA("an RSA key for RS256 alone") {
    @Override
    String auth(Path folder) {
      return "auth: {algorithms: [RS256], keys: [%s]}\n"
          .formatted(pem(folder, "rs256.pem", Keys.RSA.getPublic(), "RS256"));
    }

    @Override
    HostileToken good() {
      return HostileToken.good("RS256", Keys.rs256(Keys.RSA));
    }
  },
  MIXED("a secret, and a key each for RS256, PS256, ES256 and EdDSA") {
    @Override
    String auth(Path folder) {
      return "auth: {algorithms: [HS256, RS256, PS256, ES256, EdDSA], keys: [%s, %s, %s, %s]}\n"
          .formatted(
              pem(folder, "rs256.pem", Keys.RSA.getPublic(), "RS256"),
              pem(folder, "ps256.pem", Keys.RSA_PSS.getPublic(), "PS256"),
              pem(folder, "es256.pem", Keys.EC.getPublic(), "ES256"),
              file(folder, "eddsa.jwk", Keys.edwardsJwk(Keys.EDWARDS.getPublic()), "EdDSA"));
    }
  };

  /** In plain words. */
  final String words;

  Setup(String words) {
    this.words = words;
  }

  String auth(Path folder) {
    return "";
  }

  /** A token that it believes. */
  HostileToken good() {
    return HostileToken.good();
  }

  /** Starts it. Each event has its own line in the log, however many there are. */
  TestGateway start(TestGateway gateway, Path folder) {
    return start(gateway, auth(folder));
  }

  static TestGateway start(TestGateway gateway, String yaml) {
    return gateway.start(
        TestGateway.UNLIMITED + "guard: {perPeerPerMinute: 100000}\n" + yaml,
        Setup::verticle,
        AuthVerticle::port);
  }

  private static AuthVerticle verticle(Gateway made) {
    AuthSettings settings = made.settings().auth();
    try {
      return new AuthVerticle(
          made,
          KeyRing.read(settings, new Secret(Tokens.SECRET)),
          new SessionRegistry(settings, made.node()),
          new AddressHub());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String pem(Path folder, String name, PublicKey key, String algorithm) {
    return file(folder, name, Keys.pem(key), algorithm);
  }

  private static String file(Path folder, String name, String key, String algorithm) {
    try {
      return "{file: \"%s\", algorithm: %s}"
          .formatted(Files.writeString(folder.resolve(name), key), algorithm);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
