package io.drawbridge.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.drawbridge.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The secret that is made where none is configured")
final class SecretFileTest {
  private static final String NAME = "auth-secret";

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path folder;

  private static Secret secret(Path data) throws IOException {
    return SecretFile.secret(TokenVerifierTest.settings(""), data);
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void isMadeInAFolderThatOnlyItsOwnerSees() throws IOException {
    Path data = folder.resolve("a/b");

    Secret secret = secret(data);

    assertThat(secret.bytes()).hasSizeGreaterThanOrEqualTo(32);
    assertThat(mode(data)).isEqualTo("rwx------");
    assertThat(mode(data.resolve(NAME))).isEqualTo("rw-------");
    assertThat(Files.readString(data.resolve(NAME)).trim()).isEqualTo(secret.reveal());
  }

  @Test
  void isUsedAgain() throws IOException {
    assertThat(secret(folder)).isEqualTo(secret(folder));
  }

  @Test
  void isAnotherInEachFolder() throws IOException {
    assertThat(secret(folder.resolve("a"))).isNotEqualTo(secret(folder.resolve("b")));
  }

  @Test
  void leavesNothingElseBehind() throws IOException {
    secret(folder);

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve(NAME));
    }
  }

  @Test
  void isNotMadeWhereOneIsConfigured() throws IOException {
    String configured = "configured, and long enough to be taken";

    Secret secret =
        SecretFile.secret(TokenVerifierTest.settings("secret: '" + configured + "'"), folder);

    assertThat(secret.reveal()).isEqualTo(configured);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest(name = "[{index}]")
  @ValueSource(strings = {"", "\n", "short", "                                        \n"})
  void refusesAFileThatHoldsNoSecret(String text) throws IOException {
    Path file = Files.writeString(folder.resolve(NAME), text);

    assertThatIOException()
        .isThrownBy(() -> secret(folder))
        .withMessageContaining(file.toString())
        .withMessageContaining("remove it");
    assertThat(Files.readString(file)).isEqualTo(text);
  }

  @Test
  void refusesAFileThatIsNoText() throws IOException {
    byte[] bytes = new byte[64];
    Arrays.fill(bytes, (byte) 0xFF);
    Files.write(folder.resolve(NAME), bytes);

    assertThatIOException().isThrownBy(() -> secret(folder));
  }

  @Test
  void failsWhereTheFolderIsAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("taken"), "");

    assertThatIOException().isThrownBy(() -> secret(file));
  }

  @Test
  @DisplayName("processes that start at once all get the same secret, and none reads half of it")
  void isTheSameForAllWhoMakeItAtOnce() throws Exception {
    int many = 8;
    ExecutorService starters = Executors.newFixedThreadPool(many);
    try {
      for (int round = 0; round < 50; round++) {
        Path data = folder.resolve("round" + round);
        CountDownLatch go = new CountDownLatch(many);
        Callable<String> start =
            () -> {
              go.countDown();
              go.await();
              return secret(data).reveal();
            };
        List<Future<String>> starts = new ArrayList<>();
        for (int i = 0; i < many; i++) {
          starts.add(starters.submit(start));
        }

        Set<String> secrets = new HashSet<>();
        for (Future<String> each : starts) {
          secrets.add(each.get(10, TimeUnit.SECONDS));
        }

        assertThat(secrets).as("round %s", round).hasSize(1);
      }
    } finally {
      starters.shutdownNow();
    }
  }
}
