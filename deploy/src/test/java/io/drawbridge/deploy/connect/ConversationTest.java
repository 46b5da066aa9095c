package io.drawbridge.deploy.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.drawbridge.deploy.connect.Credential.Way;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversationTest {
  private static final String TOKEN = token("{\"user_id\":\"ada\"}");
  private static final Ending REFUSED = new Ending(3000, "INVALID_TOKEN [ref 01a2]");

  private Conversation by(Way way) {
    return new Conversation(new Credential(TOKEN, way));
  }

  private static Conversation open() {
    Conversation conversation = new Conversation(null);
    conversation.opened(null);
    return conversation;
  }

  private static String token(String claims) {
    return "eyJhbGciOiJIUzI1NiJ9."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(claims.getBytes(StandardCharsets.UTF_8))
        + ".c2lnbmF0dXJl";
  }

  @Test
  void opensWithoutAToken() {
    Conversation conversation = new Conversation(null);
    assertThat(conversation.prompt()).isEqualTo("connecting");
    assertThat(conversation.typed("hi")).containsExactly(new Action.Say("not open: wait"));

    conversation.opened(null);

    assertThat(conversation.prompt()).isEqualTo("open");
    assertThat(conversation.typed("hi")).containsExactly(new Action.SendText("hi"));
  }

  @Test
  void authenticatesByTheFirstMessage() {
    Conversation conversation = by(Way.MESSAGE);

    assertThat(conversation.opened(null)).contains(new Action.SendText(TOKEN));
    assertThat(conversation.isReady()).isFalse();
    assertThat(conversation.received("Authenticated!"))
        .containsExactly(new Action.Say("authenticated ada"));
    assertThat(conversation.isReady()).isTrue();
    // Only once: now it is a message as any other.
    assertThat(conversation.received("Authenticated!"))
        .containsExactly(new Action.Show("Authenticated!"));
  }

  @Test
  void isAuthenticatedByTheSubprotocolThatTheServerSelects() {
    Conversation conversation = by(Way.SUBPROTOCOL);

    conversation.opened("drawbridge");

    assertThat(conversation.prompt()).isEqualTo("authenticated ada");
  }

  @Test
  void doesNotClaimThatAHeaderWasRead() {
    Conversation conversation = by(Way.HEADER);

    conversation.opened(null);

    assertThat(conversation.prompt()).isEqualTo("open as ada");
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void renewsATokenByAnEnvelope(Way way) {
    Conversation conversation = by(way);
    conversation.opened(way == Way.SUBPROTOCOL ? "drawbridge" : null);
    conversation.received("Authenticated!");
    String fresh = token("{\"user_id\":7}");

    assertThat(conversation.typed("/token " + fresh))
        .contains(new Action.SendText("{\"type\":\"auth\",\"token\":\"" + fresh + "\"}"));
    assertThat(
            conversation.received(
                "{\"type\":\"auth\",\"status\":\"Authenticated!\",\"session\":\"s\"}"))
        .containsExactly(new Action.Say("authenticated 7"));
  }

  @Test
  void bringsAFirstTokenBare() {
    Conversation conversation = open();

    assertThat(conversation.typed("/token " + TOKEN)).contains(new Action.SendText(TOKEN));
    assertThat(conversation.prompt()).isEqualTo("open, token sent");
  }

  @Test
  void goesOnWhereNobodyKnowsTokens() {
    Conversation conversation = by(Way.MESSAGE);
    conversation.opened(null);

    conversation.received("Server received: eyJ");

    assertThat(conversation.prompt()).isEqualTo("open");
    assertThat(conversation.isReady()).isTrue();
  }

  @Test
  void showsTheRefusalOfAToken() {
    Conversation conversation = by(Way.MESSAGE);
    conversation.opened(null);

    assertThat(conversation.received("Invalid Token"))
        .containsExactly(new Action.Show("Invalid Token"));
    conversation.ended(REFUSED);

    assertThat(conversation.prompt()).isEqualTo("closed 3000 INVALID_TOKEN");
    assertThat(conversation.exitStatus()).isEqualTo(1);
  }

  @Test
  void connectsAgainWhenItIsClosed() {
    Conversation conversation = open();
    assertThat(conversation.typed("/reconnect"))
        .containsExactly(new Action.Say("still connected: /close first"));
    conversation.ended(REFUSED);
    assertThat(conversation.typed("hi")).containsExactly(new Action.Say("not open: /reconnect"));

    assertThat(conversation.typed("/reconnect")).contains(new Action.Connect());
    conversation.opened(null);

    assertThat(conversation.prompt()).isEqualTo("open");
    assertThat(conversation.exitStatus()).isZero();
  }

  @Test
  void keepsATokenForTheNextConnection() {
    Conversation conversation = open();
    conversation.ended(REFUSED);

    assertThat(conversation.typed("/token " + TOKEN))
        .containsExactly(new Action.Say("kept for /reconnect"));
    conversation.typed("/reconnect");
    assertThat(conversation.opened(null)).contains(new Action.SendText(TOKEN));
  }

  @Test
  void knowsItsCommands() {
    assertThat(open().typed("/ping")).containsExactly(new Action.Ping());
    assertThat(open().typed("/binary 00 fF")).containsExactly(new Action.SendBinary("00fF"));
    assertThat(open().typed("/close")).containsExactly(new Action.Close(1000, ""));
    assertThat(open().typed("/close 4001 good  bye"))
        .containsExactly(new Action.Close(4001, "good  bye"));
    assertThat(open().typed("//x")).containsExactly(new Action.SendText("/x"));
    assertThat(open().typed("/help")).hasSizeGreaterThan(5);
    assertThat(open().typed("")).isEmpty();
    assertThat(open().typed("/quit"))
        .isEqualTo(List.of(new Action.Close(1000, ""), new Action.Quit()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/close 1005",
        "/close 999",
        "/close 2000",
        "/close x",
        "/binary 0",
        "/binary xy",
        "/token",
        "/token a b",
        "/token junk",
        "/nonsense",
        "/"
      })
  void saysWhatIsWrongWithACommand(String line) {
    assertThat(open().typed(line)).singleElement().isInstanceOf(Action.Say.class);
  }

  @Test
  void neverTellsATokenThatWasMistyped() {
    assertThat(open().typed("/token my-password").toString()).doesNotContain("my-password");
    assertThat(new Credential(TOKEN, Way.HEADER).toString()).doesNotContain(TOKEN);
    assertThat(new Action.SendText(TOKEN).toString()).doesNotContain(TOKEN);
  }

  @ParameterizedTest
  @CsvSource({"1000, 0", "1001, 0", "1005, 0", "1006, 1", "3000, 1", "1012, 1", "401, 1", "0, 1"})
  void failsWhereItEndedByAnError(int code, int status) {
    Conversation conversation = open();

    conversation.ended(new Ending(code, ""));

    assertThat(conversation.exitStatus()).isEqualTo(status);
  }

  @Test
  void showsNoControlCharacterOfAUser() {
    Conversation conversation =
        new Conversation(new Credential(token("{\"user_id\":\"\\u001b[2J\"}"), Way.SUBPROTOCOL));

    conversation.opened("drawbridge");

    assertThat(conversation.prompt()).isEqualTo("authenticated \\u001b[2J");
  }
}
