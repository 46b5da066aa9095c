package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BridgeRuleTest {

  @Test
  void readsEveryPartOfARule() {
    String rule =
        """
        { addressRegex: 'news\\..*', scope: read, schema: { type: object }, actions: [register],
          timeout: 7s }
        """;

    BridgeRule read = bridge("{ inbound: [ " + rule + " ] }").inbound().get(0);

    assertThat(read.address()).isNull();
    assertThat(read.addressRegex()).isEqualTo("news\\..*");
    assertThat(read.scope()).isEqualTo("read");
    assertThat(read.schema()).hasToString("{\"type\":\"object\"}");
    assertThat(read.actions()).containsExactly(BridgeAction.REGISTER);
    assertThat(read.timeout()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void allowsByDefaultWhatTheListIsFor() {
    BridgeSettings bridge = bridge("{ inbound: [{ address: a }], outbound: [{ address: b }] }");

    assertThat(bridge.inbound().get(0).actions())
        .containsExactlyInAnyOrder(BridgeAction.SEND, BridgeAction.PUBLISH);
    assertThat(bridge.outbound().get(0).actions()).containsExactly(BridgeAction.REGISTER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                               | bridge.inbound[1]: needs exactly one of address and
          { address: a, addressRegex: b }  | bridge.inbound[1]: needs exactly one of address and
          { adress: a }                    | bridge.inbound[1].adress: unknown key; did you mean
          { address: 5 }                   | bridge.inbound[1].address: expected text
          { address: "" }                  | bridge.inbound[1].address: must not be empty
          { addressRegex: "a(" }           | bridge.inbound[1].addressRegex: expected a regular
          { addressRegex: "(?!a)b" }       | bridge.inbound[1].addressRegex: expected a regular expression in RE2
          { addressRegex: "(a)\\\\1" }       | bridge.inbound[1].addressRegex: expected a regular expression in RE2
          { address: a, schema: { type: x } } | bridge.inbound[1].schema: /type: does not have
          { address: a, schema: x }        | bridge.inbound[1].schema: expected a JSON Schema
          { address: a, actions: [] }      | bridge.inbound[1].actions: must not be empty
          { address: a, actions: send }    | bridge.inbound[1].actions: expected a list
          { address: a, actions: [sent] }  | bridge.inbound[1].actions[0]: expected send | publish
          { address: a, timeout: 0s }      | bridge.inbound[1].timeout: must be more than zero
          a                                | bridge.inbound[1]: expected a mapping of address
          null                             | bridge.inbound[1]: expected a mapping of address
          """)
  void refusesAWrongRuleAtItsPlaceInTheList(String rule, String problem) {
    assertThat(Read.problems("bridge: { inbound: [ { address: a }, " + rule + " ] }"))
        .anySatisfy(p -> assertThat(p).startsWith(problem));
  }

  @Test
  void tellsOfEverySchemaThatIsWrongAtOnce() {
    assertThat(
            Read.problems(
                """
                bridge:
                  inbound:
                    - { address: a, schema: { type: x } }
                    - { address: b, schema: { $ref: "http://example.com/" } }
                    - { address: c, schema: { pattern: "(?<a>b" } }
                """))
        .hasSize(3)
        .satisfiesExactly(
            first -> assertThat(first).startsWith("bridge.inbound[0].schema: /type: "),
            second -> assertThat(second).startsWith("bridge.inbound[1].schema: has a $ref to "),
            third -> assertThat(third).startsWith("bridge.inbound[2].schema: /pattern: "));
  }

  @Test
  void refusesASchemaWhereNothingIsSent() {
    assertThat(Read.problems("bridge: { outbound: [ { address: a, schema: {} } ] }"))
        .containsExactly(
            "bridge.outbound[0]: a schema is for what clients send: it has its place in"
                + " bridge.inbound");
  }

  @Test
  void warnsOfActionsThatDoNothingThere() {
    assertThat(
            Read.warnings(
                """
                bridge:
                  inbound: [ { address: a }, { address: b, actions: [send, register] } ]
                  outbound: [ { address: a }, { address: b, actions: [publish, register] } ]
                """))
        .containsExactly(
            "bridge.inbound[1].actions: register does nothing here: it has its place in"
                + " bridge.outbound",
            "bridge.outbound[1].actions: send and publish do nothing here: they have their place"
                + " in bridge.inbound");
  }

  private static BridgeSettings bridge(String yaml) {
    return Read.settings("bridge: " + yaml).bridge();
  }
}
