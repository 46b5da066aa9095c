package io.drawbridge.deploy.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TypedHistoryTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"hello", "/close 4000 bye", "/ping", "{\"type\":\"ping\"}", "a.b.c"})
  void keepsWhatWasTyped(String line) {
    assertThat(TypedHistory.mayBeKept(line)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/token abc",
        " /TOKEN abc",
        "/toke abc",
        "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl",
        "see eyJhbGciOiJIUzI1NiJ9",
        "{\"type\":\"auth\",\"x\":\"y\"}",
        "{\"Authorization\":\"x\"}",
      })
  void keepsNothingThatMayBringAToken(String line) {
    assertThat(TypedHistory.mayBeKept(line)).isFalse();
  }

  @Test
  void keepsNothingVeryLong() {
    assertThat(TypedHistory.mayBeKept("x".repeat(4 * 1024 + 1))).isFalse();
  }

  @Test
  void isReadableByItsOwnerAlone() throws IOException {
    Path file = TypedHistory.file(Map.of("XDG_STATE_HOME", folder.toString()), Path.of("/none"));

    assertThat(file).isEqualTo(folder.resolve("drawbridge/connect-history"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(TypedHistory.file(Map.of("XDG_STATE_HOME", folder.toString()), folder))
        .isEqualTo(file);
  }

  @Test
  void isInTheHomeFolderUnlessToldOtherwise() {
    assertThat(TypedHistory.file(Map.of("XDG_STATE_HOME", "relative"), folder))
        .isEqualTo(folder.resolve(".local/state/drawbridge/connect-history"));
  }

  @Test
  void isNowhereWhereNothingCanBeMade() throws IOException {
    Files.writeString(folder.resolve("drawbridge"), "a file");

    assertThat(TypedHistory.file(Map.of("XDG_STATE_HOME", folder.toString()), folder)).isNull();
  }
}
