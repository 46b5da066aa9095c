package io.drawbridge.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.drawbridge.auth.token.SecretFile;
import io.drawbridge.auth.token.TokenVerdict;
import io.drawbridge.auth.token.TokenVerifier;
import io.drawbridge.config.Settings;
import io.drawbridge.deploy.Servers;
import io.drawbridge.deploy.TestSettings;
import io.drawbridge.guard.Time;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenCommandTest {
  @TempDir private Path folder = Path.of("");
  private String config = "";

  @BeforeEach
  void writeConfig() throws IOException {
    config = folder.resolve("drawbridge.yaml").toString();
    Files.writeString(Path.of(config), "data: " + folder.resolve("data") + "\n");
  }

  @Test
  void printsOneLineThatTheServerTakes() throws Exception {
    Cli cli = Cli.run("token", "--config", config, "--user", "ada");

    assertThat(cli.status()).isZero();
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out().lines()).hasSize(1);
    assertThat(verdict(cli.out().strip()))
        .asInstanceOf(type(TokenVerdict.Valid.class))
        .extracting(valid -> valid.claims().user())
        .isEqualTo("ada");
  }

  @Test
  void printsNothingElseInAProcessOfItsOwn() throws Exception {
    try (Child child = Child.start(folder, Map.of(), "token", "--user", "ada")) {
      assertThat(child.exitStatus()).isZero();
      assertThat(child.out()).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+\\R");
      assertThat(child.err()).isEmpty();
      assertThat(verdict(child.out().strip())).isInstanceOf(TokenVerdict.Valid.class);
    }
  }

  @Test
  void signsWithTheConfiguredSecret() throws IOException {
    Files.writeString(Path.of(config), "auth: { secret: " + "s".repeat(32) + " }\n");

    Cli cli = Cli.run("token", "--config", config, "--user", "ada");

    assertThat(cli.status()).isZero();
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void keepsTheSecretThatItMadeToItsOwner() throws IOException {
    Cli.run("token", "--config", config, "--user", "ada");

    Path data = folder.resolve("data");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("auth-secret"))))
        .isEqualTo("rw-------");
  }

  @Test
  void carriesScopeAndLifetime() {
    Cli cli =
        Cli.run(
            "token", "--config", config, "--user", "ada", "--ttl", "90s", "--scope", "read write");

    JsonObject claims = claims(cli.out().strip());
    assertThat(claims.getString("user_id")).isEqualTo("ada");
    assertThat(claims.getString("scope")).isEqualTo("read write");
    assertThat(claims.getLong("exp") - claims.getLong("iat")).isEqualTo(90);
  }

  @Test
  void livesForAnHourUnlessToldOtherwise() {
    JsonObject claims = claims(Cli.run("token", "--config", config, "--user", "a").out().strip());

    assertThat(claims.getLong("exp") - claims.getLong("iat")).isEqualTo(3600);
    assertThat(claims.containsKey("scope")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "token, --user",
    "token --user, --user",
    "token --user a --ttl soon, --ttl",
    "token --user a --ttl unlimited, --ttl",
    "token --user a --ttl 0s, --ttl must be",
    "token --user a --ttl 1h --not-before 1h, --ttl must be",
    "token --user a --email a@b, --email must be",
    "token --user a --jti=, --jti must be 1 to 256",
    "token --user a --algorithm none, --algorithm must be one of",
    "token --user a --algorithm RS256, --algorithm RS256 needs --key",
    "token --user a --key no/such.pem, --key no/such.pem: can't be read",
  })
  void refusesWrongUsage(String line, String culprit) {
    Cli cli = Cli.run(line.split(" ", -1));

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains(culprit).contains("Usage: drawbridge token");
  }

  @Test
  void saysAllThatItIsTold() {
    JsonObject claims =
        claims(
            Cli.run(
                    "token",
                    "--config",
                    config,
                    "--user",
                    "ada",
                    "--permissions",
                    "a,b",
                    "--email",
                    "ada@example.com",
                    "--jti",
                    "t-1",
                    "--issuer",
                    "me",
                    "--audience",
                    "x,y",
                    "--not-before",
                    "10s")
                .out()
                .strip());

    assertThat(claims.getJsonArray("permissions")).containsExactly("a", "b");
    assertThat(claims.getString("email")).isEqualTo("ada@example.com");
    assertThat(claims.getString("jti")).isEqualTo("t-1");
    assertThat(claims.getString("iss")).isEqualTo("me");
    assertThat(claims.getJsonArray("aud")).containsExactly("x", "y");
    assertThat(claims.getLong("nbf") - claims.getLong("iat")).isEqualTo(10);
  }

  @Test
  void hasAnIdOfItsOwn() {
    String[] line = {"token", "--config", config, "--user", "ada"};

    assertThat(claims(Cli.run(line).out().strip()).getString("jti"))
        .hasSize(36)
        .isNotEqualTo(claims(Cli.run(line).out().strip()).getString("jti"));
  }

  @Test
  void warnsOfAKeyThatOthersReadAndAnAlgorithmThatIsNotTaken() throws Exception {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Path key = folder.resolve("key.pem");
    Files.writeString(
        key,
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

    Cli cli = Cli.run("token", "--config", config, "--user", "ada", "--key", key.toString());

    assertThat(cli.status()).isZero();
    assertThat(cli.out().lines()).hasSize(1);
    assertThat(cli.err())
        .contains(key + " can be read by others")
        .contains("auth.algorithms does not list EdDSA");
  }

  @Test
  void refusesASecretThatIsTooShortForTheAlgorithm() throws IOException {
    Files.writeString(Path.of(config), "auth: { secret: " + "s".repeat(32) + " }\n");

    Cli cli = Cli.run("token", "--config", config, "--user", "a", "--algorithm", "HS512");

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.err()).startsWith("--algorithm HS512 needs a key of at least 64 bytes");
  }

  @Test
  void refusesAUserThatNoServerTakes() {
    Cli cli = Cli.run("token", "--config", config, "--user", " ");

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).startsWith("--user must be 1 to 256 characters that can be seen");
  }

  @Test
  void refusesATokenThatIsLongerThanAnyServerTakes() {
    Cli cli = Cli.run("token", "--config", config, "--user", "a", "--scope", "x".repeat(8 * 1024));

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains("no server takes more than 8192");
  }

  @Test
  void tellsEveryProblemOfTheSettings() throws IOException {
    Files.writeString(Path.of(config), "echo: { port: no }\nauth: { prot: 1 }\n");

    Cli cli = Cli.run("token", "--config", config, "--user", "ada");

    assertThat(cli.status()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains("echo.port: ").contains("auth.prot: ");
  }

  @Test
  void saysWhatIsWrongWithTheDataFolder() throws IOException {
    Files.writeString(folder.resolve("data"), "a file");

    Cli cli = Cli.run("token", "--config", config, "--user", "ada");

    assertThat(cli.status()).isEqualTo(1);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err())
        .isEqualToNormalizingNewlines(
            "drawbridge: " + folder.resolve("data") + ": exists, but is no folder\n");
  }

  private TokenVerdict verdict(String token) throws IOException {
    Settings settings = TestSettings.of(folder);
    Vertx vertx = Vertx.vertx();
    try {
      var secret = SecretFile.secret(settings.auth(), settings.data());
      var verifier = new TokenVerifier(vertx, settings.auth(), secret, Time.system().wall());
      return Servers.await(verifier.verify(token).toCompletionStage());
    } finally {
      Servers.await(vertx.close().toCompletionStage());
    }
  }

  private static JsonObject claims(String token) {
    byte[] claims = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
    return new JsonObject(new String(claims, StandardCharsets.UTF_8));
  }
}
