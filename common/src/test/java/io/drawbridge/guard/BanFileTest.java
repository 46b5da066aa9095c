package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BanFileTest {
  private static final BanBook.State STATE =
      new BanBook.State(
          42,
          List.of(
              new Ban(new BanSubject(false, "2001:db8::1"), 1, 1_795_000_000_000L, "by hand"),
              new Ban(new BanSubject(true, "Jürgen \"🙂\" \ud800"), 2, 3, "a\n\u0000\u2028b")),
          List.of(new BanBook.Offence(new BanSubject(false, "192.0.2.1"), 2, 3, 4)),
          List.of(new BanBook.Pardon(new BanSubject(true, "ada"), 5, 6)));

  private final Path data;
  private final Path path;
  private final BanFile file;

  BanFileTest(@TempDir Path folder) {
    data = folder.resolve("deeper").resolve("data");
    path = data.resolve("bans.json");
    file = new BanFile(data);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void isEmptyBeforeAnythingIsKept() {
    assertThat(file.load()).isEqualTo(BanBook.State.EMPTY);
    assertThat(data).doesNotExist();
  }

  @Test
  void keepsAllThatTheBookHolds() throws Exception {
    file.save(STATE);

    assertThat(new BanFile(data).load()).isEqualTo(STATE);
  }

  @Test
  void isOfItsOwnerAlone() throws Exception {
    file.save(STATE);

    assertThat(permissions(data)).isEqualTo("rwx------");
    assertThat(permissions(path)).isEqualTo("rw-------");
  }

  @Test
  void isOneLineOfAscii() throws Exception {
    file.save(STATE);

    assertThat(Files.readString(path)).matches("[ -~]+\n");
  }

  @Test
  void isReplacedWholeThoughAProcessWasKilledWhileItWrote() throws Exception {
    file.save(STATE);
    Files.writeString(data.resolve("bans.json.tmp"), "{\"seq\":4");

    file.save(BanBook.State.EMPTY);

    assertThat(file.load()).isEqualTo(BanBook.State.EMPTY);
    assertThat(data).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void saysSoWhenItCantBeWritten() throws Exception {
    Files.createDirectories(data.getParent());
    Files.writeString(data, "a file where the folder should be");

    assertThatThrownBy(() -> file.save(STATE)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "junk",
        "[]",
        "{}",
        "{\"seq\":1}",
        "{\"seq\":-1,\"bans\":[],\"offences\":[]}",
        "{\"seq\":1,\"bans\":[],\"offences\":[1]}",
        "{\"seq\":1,\"bans\":[{}],\"offences\":[]}",
        "{\"seq\":1,\"bans\":[{\"subject\":\"ip:nowhere\",\"since\":1,\"until\":2}],\"offences\":[]}",
        "{\"seq\":1,\"bans\":[null],\"offences\":[]}"
      })
  void isSetAsideWhenItIsDamaged(String text) throws Exception {
    Files.createDirectories(data);
    Files.writeString(path, text);

    assertThat(file.load()).isEqualTo(BanBook.State.EMPTY);
    assertThat(path).doesNotExist();
    assertThat(data.resolve("bans.json.damaged")).hasContent(text);

    file.save(STATE);
    assertThat(file.load()).isEqualTo(STATE);
  }
}
