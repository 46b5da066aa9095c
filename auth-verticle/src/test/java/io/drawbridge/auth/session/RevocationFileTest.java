package io.drawbridge.auth.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationFileTest {
  private static final List<Revocation> SOME =
      List.of(
          new Revocation(Revocation.user("Jürgen \u2028"), 7, Revocation.NEVER),
          new Revocation(Revocation.jti("secret-id"), 0, 8));

  private final Path data;
  private final RevocationFile file;

  RevocationFileTest(@TempDir Path data) {
    this.data = data;
    this.file = new RevocationFile(data);
  }

  @Test
  void isEmptyBeforeAnythingIsKept() throws Exception {
    assertThat(file.load()).isEmpty();
  }

  @Test
  void keepsThemAllAndTellsNoTokenId() throws Exception {
    file.save(SOME);

    assertThat(new RevocationFile(data).load()).isEqualTo(SOME);
    assertThat(Files.readString(data.resolve("revocations.json"))).doesNotContain("secret-id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "junk",
        "{}",
        "{\"revocations\":7}",
        "{\"revocations\":[7]}",
        "{\"revocations\":[null]}",
        "{\"revocations\":[{\"subject\":\"user:42\"},{}]}"
      })
  void isNotTakenForEmptyWhenItIsDamaged(String text) throws Exception {
    Files.writeString(data.resolve("revocations.json"), text);

    assertThatThrownBy(file::load)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("revocations.json can't be read");
    assertThat(data.resolve("revocations.json")).hasContent(text);
  }
}
