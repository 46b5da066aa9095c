package io.drawbridge.auth.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.bridge.Rules.Allowed;
import io.drawbridge.auth.bridge.Rules.BadBody;
import io.drawbridge.auth.bridge.Rules.Denied;
import io.drawbridge.auth.bridge.Rules.Judgement;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult.Loaded;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Who may do what on the event bus (contract, section 3.4)")
class RulesTest {
  private static final Set<String> NOTHING = Set.of();

  private static final String RULES =
      """
      bridge:
        inbound:
          - { address: orders, scope: buyer, actions: [send], timeout: 2s }
          - { address: orders, scope: watcher, actions: [publish] }
          - { addressRegex: 'news\\..+', actions: [publish] }
          - { address: news.local, timeout: 1s }
          - { addressRegex: '(?i)shop(\\.[a-z]+)?', scope: buyer }
          - { address: drawbridge.guard.bans, scope: admin }
          - { address: mail, schema: { type: object, properties: { to: { format: email } } } }
        outbound:
          - { addressRegex: 'news\\..+' }
          - { addressRegex: '.*', scope: admin }
          - { address: drawbridge.presence, scope: admin }
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          SEND     | orders                | buyer         | bridge.inbound[0]
          SEND     | orders                | watcher buyer | bridge.inbound[0]
          PUBLISH  | orders                | watcher buyer | bridge.inbound[1]
          PUBLISH  | orders                | buyer         | -
          SEND     | orders                | watcher       | -
          SEND     | orders                | Buyer         | -
          SEND     | orders                | ''            | -
          SEND     | orders.               | buyer         | -
          SEND     | ORDERS                | buyer         | -
          REGISTER | orders                | buyer         | -
          PUBLISH  | news.local            | ''            | bridge.inbound[2]
          SEND     | news.local            | ''            | bridge.inbound[3]
          PUBLISH  | news.sport            | ''            | bridge.inbound[2]
          SEND     | news.sport            | ''            | -
          PUBLISH  | my.news.sport         | ''            | -
          PUBLISH  | news.                 | ''            | -
          SEND     | SHOP.boots            | buyer         | bridge.inbound[4]
          SEND     | shop.boots.           | buyer         | -
          SEND     | echo                  | buyer admin   | -
          SEND     | drawbridge.guard.bans | admin         | bridge.inbound[5]
          SEND     | drawbridge.guard.bans | buyer         | -
          SEND     | drawbridge.sessions   | admin         | -
          REGISTER | news.sport            | ''            | bridge.outbound[0]
          REGISTER | news.sport            | admin         | bridge.outbound[0]
          REGISTER | whatever              | admin         | bridge.outbound[1]
          REGISTER | drawbridge.presence   | admin         | bridge.outbound[2]
          REGISTER | drawbridge.user.43    | admin         | -
          REGISTER | drawbridge.errors     | admin         | -
          REGISTER | __vertx.reply.1       | admin         | -
          REGISTER | whatever              | ''            | -
          """)
  void theFirstRuleWhoseAddressActionAndScopeMatchDecides(
      BridgeAction action, String address, String scope, String rule) {
    Judgement judgement = rules(RULES).judge(action, address, Set.of(scope.split(" ")), null);

    if (rule == null) {
      assertThat(judgement).isInstanceOf(Denied.class);
    } else {
      assertThat(judgement).isInstanceOf(Allowed.class);
      assertThat(((Allowed) judgement).rule()).isEqualTo(rule);
    }
  }

  @Test
  void onlyTheBuiltInEchoIsOpenWhereNothingIsSet() {
    Rules rules = new Rules(SettingsReader.defaults().bridge());

    assertThat(rules.judge(BridgeAction.SEND, "echo", NOTHING, "x")).isInstanceOf(Allowed.class);
    assertThat(rules.judge(BridgeAction.PUBLISH, "echo", NOTHING, "x")).isInstanceOf(Allowed.class);
    assertThat(rules.judge(BridgeAction.REGISTER, "echo", NOTHING)).isInstanceOf(Denied.class);
    assertThat(rules.judge(BridgeAction.SEND, "", NOTHING, "x")).isInstanceOf(Denied.class);
  }

  @Test
  void aListThatIsSetTakesThePlaceOfTheBuiltInOne() {
    assertThat(rules("bridge: { inbound: [] }").judge(BridgeAction.SEND, "echo", NOTHING, "x"))
        .isEqualTo(new Denied("no rule of bridge.inbound has this address"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SEND     | nowhere             | no rule of bridge.inbound has this address
          REGISTER | nowhere             | bridge.outbound[1] asks for the scope admin
          SEND     | drawbridge.sessions | no rule of bridge.inbound names this address, and no pattern reaches it
          SEND     | news.sport          | bridge.inbound[2] does not allow send
          PUBLISH  | orders              | bridge.inbound[0] asks for the scope buyer; bridge.inbound[1] asks for the scope watcher
          """)
  void tellsTheOperatorWhyNot(BridgeAction action, String address, String why) {
    assertThat(rules(RULES).judge(action, address, NOTHING, null)).isEqualTo(new Denied(why));
  }

  @Test
  void givesTheTimeoutOfTheRuleThatDecides() {
    Rules rules = rules(RULES);

    assertThat(rules.judge(BridgeAction.SEND, "orders", Set.of("buyer"), null))
        .isEqualTo(new Allowed("bridge.inbound[0]", Duration.ofSeconds(2)));
    assertThat(rules.judge(BridgeAction.SEND, "shop", Set.of("buyer"), null))
        .isEqualTo(new Allowed("bridge.inbound[4]", null));
  }

  // --- bodies -----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"to":"me@example.com"} | -
          {}                      | -
          {"to":7}                | -
          {"to":"a@b"}            | /to
          {"to":""}               | /to
          []                      | ''
          "text"                  | ''
          7                       | ''
          true                    | ''
          null                    | ''
          """)
  void aBodyMustKeepToTheSchemaOfTheRuleThatDecides(String body, String pointer) {
    Judgement judgement =
        rules(RULES).judge(BridgeAction.SEND, "mail", NOTHING, Json.decodeValue(body));

    if (pointer.equals("-")) {
      assertThat(judgement).isInstanceOf(Allowed.class);
    } else {
      assertThat(judgement).isInstanceOf(BadBody.class);
      assertThat(((BadBody) judgement).pointer()).isEqualTo(pointer);
      assertThat(((BadBody) judgement).rule()).isEqualTo("bridge.inbound[6]");
    }
  }

  @Test
  void noOtherRuleHelpsABodyThatBreaksTheFirst() {
    Rules rules = rules("bridge: { inbound: [ { address: a, schema: false }, { address: a } ] }");

    assertThat(rules.judge(BridgeAction.SEND, "a", NOTHING, "x")).isInstanceOf(BadBody.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1", "-7", "3000000000", "1.5", "1e300", "123456789012345678901234567890", "1.0"})
  void numbersAreNumbers(String number) {
    Rules rules =
        rules("bridge: { inbound: [ { address: a, schema: { items: { type: number } } } ] }");

    assertThat(rules.judge(BridgeAction.SEND, "a", NOTHING, new JsonArray("[" + number + "]")))
        .isInstanceOf(Allowed.class);
  }

  @Test
  void aBodyThatIsNestedTooDeeplyIsBad() {
    Rules rules =
        rules("bridge: { inbound: [ { address: a, schema: { items: { $ref: '#' } } } ] }");
    Object body = "x";
    for (int i = 0; i < 256; i++) {
      body = new JsonArray().add(body);
    }

    assertThat(rules.judge(BridgeAction.SEND, "a", NOTHING, body)).isInstanceOf(Allowed.class);
    assertThat(rules.judge(BridgeAction.SEND, "a", NOTHING, new JsonArray().add(body)))
        .isInstanceOf(BadBody.class);
  }

  @Test
  void whatNoJsonHoldsIsBad() {
    Rules rules = rules("bridge: { inbound: [ { address: a, schema: true } ] }");

    assertThat(rules.judge(BridgeAction.SEND, "a", NOTHING, new Object()))
        .isInstanceOf(BadBody.class);
    assertThat(rules.judge(BridgeAction.SEND, "a", NOTHING, Double.NaN))
        .isInstanceOf(BadBody.class);
    assertThat(rules.judge(BridgeAction.SEND, "a", NOTHING, new JsonObject("{\"a\":[1e999]}")))
        .isInstanceOf(BadBody.class);
  }

  private static Rules rules(String yaml) {
    return new Rules(((Loaded) SettingsReader.read(yaml)).settings().bridge());
  }
}
