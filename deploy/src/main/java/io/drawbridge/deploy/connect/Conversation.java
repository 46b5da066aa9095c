package io.drawbridge.deploy.connect;

import io.drawbridge.wire.CloseCode;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client's side of a conversation, over any number of connections: takes what was typed and
 * what arrived, and says what to do. No I/O, no clock; to be used by one thread at a time.
 */
final class Conversation {
  private enum State {
    CONNECTING,
    OPEN,
    /** The token was sent as a message, and not answered yet. */
    AUTHENTICATING,
    AUTHENTICATED,
    CLOSED
  }

  private static final String AUTHENTICATED = "Authenticated!";

  /** The longest message that can be an answer to a token. */
  private static final int LONGEST_ANSWER = 1024;

  private State state = State.CONNECTING;
  private @Nullable Credential credential;
  private @Nullable Ending ending;

  /** Whether a token was in force when the one on its way was sent. */
  private boolean isRenewal;

  /**
   * @param credential null where none is known yet
   */
  Conversation(@Nullable Credential credential) {
    this.credential = credential;
  }

  /** What is to go into the next handshake, if its way is that; null for nothing. */
  @Nullable Credential credential() {
    return credential;
  }

  /** Whether the next line may be sent: not while a token is on its way. */
  boolean isReady() {
    return state == State.OPEN || state == State.AUTHENTICATED;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** 0 for well, 1 where it never opened or ended by an error. */
  int exitStatus() {
    return ending != null && ending.isFailure() ? 1 : 0;
  }

  /** The state, for a prompt; safe to print. */
  String prompt() {
    return switch (state) {
      case CONNECTING -> "connecting";
      case OPEN -> isInHandshake() ? "open as " + user() : "open";
      case AUTHENTICATING -> "open, token sent";
      case AUTHENTICATED -> "authenticated " + user();
      case CLOSED -> ending == null ? "closed" : ending.brief();
    };
  }

  private String user() {
    String user = credential == null ? "" : credential.user();
    return user.isEmpty() ? "?" : Printable.whole(user);
  }

  private boolean isInHandshake() {
    return credential != null && credential.way() != Credential.Way.MESSAGE;
  }

  /**
   * The handshake is done.
   *
   * @param subprotocol the one that the server selected; null for none
   */
  List<Action> opened(@Nullable String subprotocol) {
    if (credential == null || credential.way() == Credential.Way.HEADER) {
      state = State.OPEN;
      return said(prompt());
    }
    if (credential.way() == Credential.Way.SUBPROTOCOL) {
      state = subprotocol == null ? State.OPEN : State.AUTHENTICATED;
      return said(prompt());
    }
    state = State.AUTHENTICATING;
    isRenewal = false;
    return List.of(new Action.Say("open"), new Action.SendText(credential.token()));
  }

  List<Action> received(String text) {
    if (state != State.AUTHENTICATING || !isAuthenticated(text)) {
      // To a first token there is one answer. While one is renewed, messages go on.
      if (state == State.AUTHENTICATING && !isRenewal) {
        state = State.OPEN;
      }
      return List.of(new Action.Show(text));
    }
    state = State.AUTHENTICATED;
    return said(prompt());
  }

  private static boolean isAuthenticated(String text) {
    if (text.equals(AUTHENTICATED)) {
      return true;
    }
    if (text.length() > LONGEST_ANSWER || !text.startsWith("{")) {
      return false;
    }
    try {
      JsonObject answer = new JsonObject(text);
      return "auth".equals(answer.getValue("type"))
          && AUTHENTICATED.equals(answer.getValue("status"));
    } catch (DecodeException e) {
      return false;
    }
  }

  /** It ended, or never began. */
  List<Action> ended(Ending how) {
    state = State.CLOSED;
    ending = how;
    return said(how.explained());
  }

  /** A line that is sent as it is. */
  List<Action> sent(String line) {
    return isReady() ? List.of(new Action.SendText(line)) : notOpen();
  }

  /** A line that may be a command. */
  List<Action> typed(String line) {
    if (line.isEmpty()) {
      return List.of();
    }
    if (!line.startsWith("/")) {
      return sent(line);
    }
    if (line.startsWith("//")) {
      return sent(line.substring(1));
    }
    String[] words = line.strip().split("\\s+", 3);
    return switch (words[0]) {
      case "/help" -> said(Help.LINES);
      case "/quit" -> quit();
      case "/ping" -> isReady() ? List.of(new Action.Ping()) : notOpen();
      case "/reconnect" -> reconnect();
      case "/close" -> close(words);
      case "/binary" -> binary(line.strip().substring("/binary".length()));
      case "/token" -> token(words);
      default -> said(Printable.shown(words[0]) + " is no command: /help lists them");
    };
  }

  /** No more will be typed. */
  List<Action> quit() {
    return state == State.CLOSED
        ? List.of(new Action.Quit())
        : List.of(new Action.Close(CloseCode.NORMAL, ""), new Action.Quit());
  }

  private List<Action> reconnect() {
    if (state != State.CLOSED) {
      return said("still connected: /close first");
    }
    state = State.CONNECTING;
    ending = null;
    return List.of(new Action.Say(prompt()), new Action.Connect());
  }

  private List<Action> close(String[] words) {
    if (state == State.CLOSED || state == State.CONNECTING) {
      return notOpen();
    }
    int code = words.length > 1 ? code(words[1]) : CloseCode.NORMAL;
    String reason = words.length > 2 ? words[2] : "";
    if (code == 0 || reason.getBytes(StandardCharsets.UTF_8).length > 123) {
      return said("/close [CODE [REASON]]: 1000 or 3000 to 4999, at most 123 bytes");
    }
    return List.of(new Action.Close(code, reason));
  }

  /** RFC 6455 §7.4.2: what an application may send; 0 for anything else. */
  private static int code(String text) {
    return text.matches("1000|[34]\\d{3}") ? Integer.parseInt(text) : 0;
  }

  private List<Action> binary(String digits) {
    String hex = digits.replace(" ", "");
    if (!hex.matches("(?:[0-9a-fA-F]{2})*")) {
      return said("/binary HEX: pairs of hex digits, such as 00 ff");
    }
    return isReady() ? List.of(new Action.SendBinary(hex)) : notOpen();
  }

  private List<Action> token(String[] words) {
    try {
      Credential.Way way = credential == null ? Credential.Way.MESSAGE : credential.way();
      if (words.length != 2) {
        return said("/token T: a new token, sent at once where the connection is open");
      }
      Credential fresh = new Credential(words[1], way);
      isRenewal = state == State.AUTHENTICATED || (state == State.OPEN && isInHandshake());
      credential = fresh;
      if (!isReady()) {
        return said("kept for /reconnect");
      }
      state = State.AUTHENTICATING;
      String text =
          isRenewal
              ? new JsonObject().put("type", "auth").put("token", fresh.token()).encode()
              : fresh.token();
      return List.of(new Action.SendText(text), new Action.Say(prompt()));
    } catch (IllegalArgumentException e) {
      return said("that " + e.getMessage());
    }
  }

  private List<Action> notOpen() {
    return said("not open: " + (state == State.CLOSED ? "/reconnect" : "wait"));
  }

  private static List<Action> said(String... lines) {
    List<Action> actions = new ArrayList<>();
    for (String line : lines) {
      actions.add(new Action.Say(line));
    }
    return actions;
  }

  /** The commands. */
  private static final class Help {
    private static final String[] LINES = {
      "a line               is sent as a text message; //x sends /x",
      "/binary HEX          sends bytes, such as /binary 00 ff",
      "/ping                sends a ping",
      "/token T             brings or renews the token; never kept in the history",
      "/close [CODE [WHY]]  closes, by 1000 or 3000 to 4999",
      "/reconnect           connects again",
      "/quit, Ctrl-D        closes and leaves; Ctrl-C clears the line"
    };

    private Help() {}
  }
}
