package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationDocTest {

  @Test
  void showsTheDefaultsAsTheyAre() throws IOException {
    assertThat(Files.readString(Path.of("../docs/configuration.md")))
        .contains("```yaml\n" + Defaults.TEXT + "```\n");
  }
}
