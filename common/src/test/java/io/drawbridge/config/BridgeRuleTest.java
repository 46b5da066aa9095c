package io.drawbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /** Past the reader's front door, where this version refuses any rule but the default. */
  private static BridgeSettings bridge(String yaml) {
    List<Problem> problems = new ArrayList<>();
    Section bridge =
        Section.root(YamlText.parse("bridge: " + yaml), Defaults.tree(), problems).child("bridge");
    BridgeSettings settings = BridgeSettings.from(bridge);
    assertThat(problems).isEmpty();
    return settings;
  }
}
