package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.config.Rate;
import io.drawbridge.config.Settings;
import org.junit.jupiter.api.Test;

class EdgeTest {

  @Test
  void isWhatTheSettingsSayOfTheEchoServer() {
    Settings settings = Given.settings("echo: { host: 127.0.0.1, port: 1234 }");

    assertThat(Edge.echo(settings))
        .isEqualTo(new Edge("echo", "127.0.0.1", 1234, settings.echo().limits(), "keyMessages"));
  }

  @Test
  void isWhatTheSettingsSayOfTheSecureServer() {
    Settings settings = Given.settings("auth: { host: 127.0.0.1, port: 1234 }");

    assertThat(Edge.auth(settings))
        .isEqualTo(new Edge("auth", "127.0.0.1", 1234, settings.auth().limits(), "keyMessages"));
  }

  @Test
  void hasALimitOfItsOwnWhereItsRateIsItsOwn() {
    Settings settings = Given.settings("auth: { limits: { keyMessages: 7/s } }");

    assertThat(Edge.auth(settings).keyLimit()).isEqualTo("auth.keyMessages");
    assertThat(Edge.auth(settings).limits().keyMessages()).isEqualTo(Rate.parse("7/s"));
    assertThat(Edge.echo(settings).keyLimit()).isEqualTo("keyMessages");
  }

  @Test
  void countsNewConnectionsForItself() {
    Settings settings = Given.settings("");

    assertThat(Edge.echo(settings).connectLimit()).isEqualTo("echo.connectRate");
    assertThat(Edge.auth(settings).connectLimit()).isEqualTo("auth.connectRate");
  }

  @Test
  void sharesTheCommonLimitWhereOnlyOthersAreItsOwn() {
    Settings settings = Given.settings("echo: { limits: { messages: 7/s } }");

    assertThat(Edge.echo(settings).keyLimit()).isEqualTo("keyMessages");
  }
}
