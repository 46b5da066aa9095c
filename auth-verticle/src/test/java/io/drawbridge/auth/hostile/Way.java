package io.drawbridge.auth.hostile;

import io.drawbridge.edge.HandshakeText;
import io.vertx.core.json.JsonObject;

/** How else than as the first message a token may come (contract, section 3.1). */
enum Way {
  AUTHORIZATION("in the header Authorization") {
    @Override
    HandshakeText handshake(String token) {
      return HandshakeText.valid().plus("Authorization", "Bearer " + token);
    }
  },
  SUBPROTOCOL("as a subprotocol") {
    @Override
    HandshakeText handshake(String token) {
      return HandshakeText.valid().plus("Sec-WebSocket-Protocol", "drawbridge, bearer." + token);
    }
  },
  AUTH("in a message of type auth") {
    @Override
    String message(String token) {
      return new JsonObject().put("type", "auth").put("token", token).encode();
    }
  },
  CARRIED("in the headers of an envelope") {
    @Override
    String message(String token) {
      return new JsonObject()
          .put("type", "send")
          .put("address", "echo")
          .put("headers", new JsonObject().put("Authorization", "Bearer " + token))
          .encode();
    }
  },
  SEND("in a send to drawbridge.auth") {
    @Override
    String message(String token) {
      return new JsonObject()
          .put("type", "send")
          .put("address", "drawbridge.auth")
          .put("replyAddress", "r")
          .put("body", new JsonObject().put("token", token))
          .encode();
    }
  };

  /** In plain words. */
  final String words;

  Way(String words) {
    this.words = words;
  }

  boolean inHandshake() {
    return this == AUTHORIZATION || this == SUBPROTOCOL;
  }

  HandshakeText handshake(String token) {
    return HandshakeText.valid();
  }

  String message(String token) {
    throw new UnsupportedOperationException("comes in the handshake");
  }

  /** What a header or a subprotocol can't hold (RFC 9110 §5.6.2) can't come by it. */
  boolean canBring(String token) {
    return !inHandshake() || (token.length() < 8_000 && token.matches("[A-Za-z0-9._~+-]+"));
  }
}
