package io.drawbridge.edge;

import java.util.Map;

/**
 * The answer to a request that is no WebSocket handshake, where an edge has one.
 *
 * @param status the HTTP status
 * @param headers besides those that every answer has
 * @param body as UTF-8
 */
public record PlainAnswer(int status, Map<String, String> headers, String body) {

  public PlainAnswer {
    headers = Map.copyOf(headers);
  }
}
