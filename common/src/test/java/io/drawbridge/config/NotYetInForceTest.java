package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotYetInForceTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cluster.enabled            | true                              | false
          cluster.kubernetesService  | drawbridge                        | null
          cluster.tls                | {key: a}                          | {}
          """)
  void refusesWhatWouldLeaveADoorOpen(String path, String text, String usual) {
    assertThat(Read.problems(Read.flags(path, text)))
        .containsExactly(
            path + ": not supported by this version; leave it at its default (" + usual + ")");
  }

  @ParameterizedTest
  @CsvSource({"cluster.host, 10.0.0.7", "cluster.members, 10.0.0.7", "cluster.port, 7"})
  void warnsOfWhatIsReadButNotActedOn(String path, String text) {
    assertThat(Read.loaded(Read.flags(path, text)).warnings())
        .containsExactly(new Problem(path, "read, but not in force in this version"));
  }

  @Test
  void saysNothingOfTheDefaultInOtherWords() {
    assertThat(
            Read.warnings(
                """
                cluster: { members: [127.0.0.1], port: 5702 }
                bridge: { inbound: [ { address: echo, actions: [publish, send] } ] }
                """))
        .containsExactly("cluster.port: read, but not in force in this version");
  }
}
