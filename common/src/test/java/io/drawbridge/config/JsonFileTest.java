package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFileTest {
  private static final JsonObject JSON =
      new JsonObject()
          .put("name", "Jürgen 🙂 \u2028")
          .put("list", new JsonArray().add(new JsonObject().put("n", 1)));

  private final Path data;
  private final JsonFile file;

  JsonFileTest(@TempDir Path folder) {
    data = folder.resolve("deeper").resolve("data");
    file = new JsonFile(data, "a.json");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void holdsNothingBeforeAnythingIsKept() throws Exception {
    assertThat(file.read()).isNull();
    assertThat(data).doesNotExist();
  }

  @Test
  void givesBackWhatWasKeptLast() throws Exception {
    file.save(new JsonObject());
    file.save(JSON);

    assertThat(new JsonFile(data, "a.json").read()).isEqualTo(JSON);
  }

  @Test
  void isOneLineOfAsciiOfItsOwnerAlone() throws Exception {
    file.save(JSON);

    assertThat(Files.readString(file.path())).matches("[ -~]+\n");
    assertThat(permissions(data)).isEqualTo("rwx------");
    assertThat(permissions(file.path())).isEqualTo("rw-------");
  }

  @Test
  void isWholeThoughAProcessWasKilledWhileItWrote() throws Exception {
    file.save(JSON);
    Files.writeString(data.resolve("a.json.tmp"), "{\"na");
    assertThat(file.read()).isEqualTo(JSON);

    file.save(new JsonObject());

    assertThat(file.read()).isEqualTo(new JsonObject());
    assertThat(data).isDirectoryNotContaining("glob:**.tmp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "junk", "[]", "{\"a\":"})
  void saysSoWhenWhatIsThereIsNoJsonObject(String text) throws Exception {
    Files.createDirectories(data);
    Files.writeString(file.path(), text);

    assertThatThrownBy(file::read).isInstanceOf(IOException.class);
    assertThat(file.setAside()).isEqualTo(data.resolve("a.json.damaged")).hasContent(text);
    assertThat(file.read()).isNull();
  }
}
