package io.drawbridge.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OwnersTest {
  private static final int KEYS = 10_000;

  private static List<Member> members(int count) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(
          new Member("guard-" + i, "node", Member.State.ACTIVE, i, Map.of(), new JsonObject()));
    }
    return members;
  }

  private static String owner(Owners owners, int key) {
    Member owner = owners.of("keyMessages user:" + key);
    return owner == null ? "nobody" : owner.id();
  }

  @Test
  void areNobodyAmongNone() {
    assertThat(new Owners(List.of()).of("key")).isNull();
  }

  @Test
  void areTheSameInWhicheverOrderTheyAreKnown() {
    List<Member> members = members(5);
    Owners one = new Owners(members);
    Collections.reverse(members);
    Owners other = new Owners(members);

    for (int key = 0; key < KEYS; key++) {
      assertThat(owner(one, key)).isEqualTo(owner(other, key));
    }
  }

  @Test
  void haveAboutAsManyKeysEach() {
    Owners owners = new Owners(members(4));
    Map<String, Integer> keys = new HashMap<>();
    for (int key = 0; key < KEYS; key++) {
      keys.merge(owner(owners, key), 1, Integer::sum);
    }

    assertThat(keys.values()).hasSize(4).allMatch(count -> count > 2_300 && count < 2_700);
  }

  @Test
  void changeForTheKeysOfWhoGoesAlone() {
    Owners before = new Owners(members(4));
    Owners after = new Owners(members(3));

    for (int key = 0; key < KEYS; key++) {
      String owner = owner(before, key);
      assertThat(owner(after, key))
          .isEqualTo(owner.equals("guard-3") ? owner(after, key) : owner)
          .isNotEqualTo("guard-3");
    }
  }
}
