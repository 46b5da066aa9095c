package io.drawbridge.auth.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.auth.bridge.Rules.Allowed;
import io.drawbridge.auth.bridge.Rules.Denied;
import io.drawbridge.config.BridgeAction;
import io.drawbridge.config.SettingsReader;
import io.drawbridge.config.SettingsResult.Loaded;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class RulesProperties {
  private static final Rules RULES =
      new Rules(
          ((Loaded)
                  SettingsReader.read(
                      """
                      bridge:
                        inbound:
                          - { addressRegex: '(a+)+b', schema: { required: [a], uniqueItems: true } }
                          - addressRegex: '(?s).*'
                            schema:
                              anyOf:
                                - { type: [string, "null"], format: date-time }
                                - { multipleOf: 0.1, minimum: -5 }
                                - { items: { $ref: '#' }, uniqueItems: true, maxItems: 3 }
                                - properties: { a: { $ref: '#' } }
                                  patternProperties: { '^b': { enum: [1, x, [], {}] } }
                                  unevaluatedProperties: false
                      """))
              .settings()
              .bridge());

  private static final List<Object> NUMBERS =
      List.of(Double.NaN, Double.NEGATIVE_INFINITY, -0.0, 1e308, Double.MIN_VALUE, 0.3, 1.0f);

  private static final List<String> TEXTS =
      List.of("a", "b", "bc", "~/", "", "\ud800", "2026-01-01T00:00:00Z", "a@b");

  @Property(tries = 300)
  void neverThrows(
      @ForAll BridgeAction action,
      @ForAll String address,
      @ForAll Set<String> rights,
      @ForAll long seed) {
    Object body = body(new Random(seed), 6);
    assertThat(RULES.judge(action, address, rights, body)).isNotNull();
  }

  @Property(tries = 300)
  void noPatternReachesWhatIsOurs(
      @ForAll("ours") String prefix, @ForAll String rest, @ForAll Set<String> rights) {
    assertThat(RULES.judge(BridgeAction.SEND, prefix + rest, rights)).isInstanceOf(Denied.class);
    assertThat(RULES.judge(BridgeAction.SEND, "x" + prefix + rest, rights))
        .isInstanceOf(Allowed.class);
  }

  @Provide
  Arbitrary<String> ours() {
    return Arbitraries.of("drawbridge.", "__vertx.");
  }

  private static @Nullable Object body(Random random, int levels) {
    return switch (random.nextInt(levels == 0 ? 7 : 9)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextInt(12) - 6;
      case 3 -> random.nextLong();
      case 4 -> NUMBERS.get(random.nextInt(NUMBERS.size()));
      case 5 -> TEXTS.get(random.nextInt(TEXTS.size()));
      case 6 -> new BigInteger(200, random);
      case 7 -> {
        JsonArray array = new JsonArray();
        random.ints(random.nextInt(5)).forEach(any -> array.add(body(random, levels - 1)));
        yield array;
      }
      default -> {
        JsonObject object = new JsonObject();
        random
            .ints(random.nextInt(4), 0, TEXTS.size())
            .forEach(name -> object.put(TEXTS.get(name), body(random, levels - 1)));
        yield object;
      }
    };
  }
}
