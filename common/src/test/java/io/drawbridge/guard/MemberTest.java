package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemberTest {
  private static Member member(String id, long since) {
    JsonObject data = new JsonObject().put("edges", 3);
    return new Member(id, "node-1", Member.State.ACTIVE, since, Map.of("b", 7L), data);
  }

  @Test
  void isReadAsItIsWritten() {
    Member member = member("a", 5);

    assertThat(Member.fromJson(new JsonObject(member.toJson().encode()))).isEqualTo(member);
  }

  @ParameterizedTest
  @CsvSource({
    "id, 7",
    "id, ''",
    "node, 7",
    "since, -1",
    "since, x",
    "state, asleep",
    "state, 7",
  })
  void refusesWhatIsNone(String field, String value) {
    JsonObject json = member("a", 5).toJson();
    json.put(field, value.matches("-?\\d+") ? (Object) Integer.valueOf(value) : value);

    assertThatThrownBy(() -> Member.fromJson(json)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isOlderByWhenItCameAndThenByItsName() {
    assertThat(member("b", 1).isOlderThan(member("a", 2))).isTrue();
    assertThat(member("a", 2).isOlderThan(member("b", 1))).isFalse();
    assertThat(member("a", 1).isOlderThan(member("b", 1))).isTrue();
    assertThat(member("b", 1).isOlderThan(member("a", 1))).isFalse();
  }

  @Test
  void knowsAnotherAsOfWhenThatOneCame() {
    assertThat(member("a", 1).knows(member("b", 7))).isTrue();
    assertThat(member("a", 1).knows(member("b", 8))).isFalse();
    assertThat(member("a", 1).knows(member("c", 7))).isFalse();
  }
}
