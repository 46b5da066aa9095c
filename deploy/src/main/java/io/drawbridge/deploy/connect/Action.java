package io.drawbridge.deploy.connect;

/** What {@link Conversation} wants done. */
sealed interface Action {
  /** Connects; with the credential in the handshake, where that is its way. */
  record Connect() implements Action {}

  record SendText(String text) implements Action {
    /** It may be a token. */
    @Override
    public String toString() {
      return "SendText";
    }
  }

  /** Bytes, as pairs of hex digits. */
  record SendBinary(String hex) implements Action {}

  record Ping() implements Action {}

  record Close(int code, String reason) implements Action {}

  /** Shows what arrived. */
  record Show(String message) implements Action {}

  /** Says what happened. */
  record Say(String line) implements Action {}

  record Quit() implements Action {}
}
